package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.AccessCheck;
import dev.hstu.retrieval.access.AccessKeys;
import dev.hstu.retrieval.access.Role;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.web.router.RouteAttributes;
import io.micronaut.web.router.RouteMatch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks for a key before a route is taken, by what stands beside the route ([Needs],
/// [NeedsNoKey]). Runs before the body is read. What no route takes is answered without: it says no
/// more than the published contract does.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class AccessFilter {

  private static final String CALLER = "hstu.caller";
  private static final String CHALLENGE = "Bearer realm=\"hstu\"";

  private final AccessKeys keys;
  private final ProblemResponses problems;

  AccessFilter(AccessKeys keys, ProblemResponses problems) {
    this.keys = keys;
    this.problems = problems;
  }

  /// Who sent a request, for the audit line: a key's id or [AccessKeys#NO_KEYS]; empty where it was
  /// turned away.
  static Optional<String> caller(HttpRequest<?> request) {
    return request.getAttribute(CALLER, String.class);
  }

  /// @return the refusal; null lets the request pass
  @RequestFilter
  @Nullable HttpResponse<?> check(HttpRequest<?> request) {
    @Nullable RouteMatch<?> route = RouteAttributes.getRouteMatch(request).orElse(null);
    if (route == null || route.getAnnotationMetadata().hasAnnotation(NeedsNoKey.class)) {
      return null;
    }
    Role needed =
        route.getAnnotationMetadata().enumValue(Needs.class, Role.class).orElse(Role.ADMIN);
    return switch (keys.check(request.getHeaders().get(HttpHeaders.AUTHORIZATION), needed)) {
      case AccessCheck.Granted(String caller) -> {
        request.setAttribute(CALLER, caller);
        yield null;
      }
      case AccessCheck.Unknown() ->
          problems
              .of(
                  Problem.of(
                      ProblemType.KEY_REQUIRED,
                      "the request shows no key that is known; send Authorization: Bearer KEY, made by"
                          + " hstu keys add"))
              .header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE);
      case AccessCheck.RoleTooLow(String caller, Role has, Role needs) ->
          problems.of(
              Problem.of(
                  ProblemType.ROLE_TOO_LOW,
                  "key '%s' has the role %s and this takes %s; use another key"
                      .formatted(caller, has.text(), needs.text())));
    };
  }
}
