package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.AuditEntry;
import dev.hstu.retrieval.access.AuditLog;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.web.router.RouteAttributes;
import io.micronaut.web.router.RouteMatch;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the audit line of every [Audited] route before its answer leaves. A request that
/// [AccessFilter] turned away changed nothing and leaves none, so that nobody without a key fills
/// the disk.
///
/// A line that can't be written goes into the service's log: the change stands already, and an
/// error would only make the client repeat it.
///
/// Only of the paths that have such routes, since it runs on a thread that may block and a retrieve
/// request is to change threads no more often than it must.
@ServerFilter({
  ItemsController.PATH + "/**",
  SetsController.PATH + "/**",
  GenerationsController.PATH + "/**",
  GenerationsController.ROLLBACK_PATH,
  UsersController.PATH + "/**",
})
final class AuditFilter {

  private static final Logger LOG = LoggerFactory.getLogger(AuditFilter.class);

  private static final String DETAIL = "hstu.audit.detail";
  private static final int FIRST_ERROR = 400;
  private static final int FIRST_FAILURE = 500;

  private final AuditLog log;

  AuditFilter(AuditLog log) {
    this.log = log;
  }

  /// Says what an action with many targets did.
  static void detail(HttpRequest<?> request, String detail) {
    request.setAttribute(DETAIL, detail);
  }

  @ResponseFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  void record(HttpRequest<?> request, HttpResponse<?> response) {
    @Nullable RouteMatch<?> route = RouteAttributes.getRouteMatch(request).orElse(null);
    Optional<String> caller = AccessFilter.caller(request);
    if (route == null || caller.isEmpty()) {
      return;
    }
    Optional<String> action = route.getAnnotationMetadata().stringValue(Audited.class);
    if (action.isPresent()) {
      append(
          new AuditEntry(
              Instant.now().toString(),
              caller.get(),
              action.get(),
              route.getVariableValues().values().stream()
                  .map(String::valueOf)
                  .findFirst()
                  .orElse(null),
              outcome(response.code()),
              response.code(),
              request.getAttribute(DETAIL, String.class).orElse(null)));
    }
  }

  private void append(AuditEntry entry) {
    try {
      log.append(entry);
    } catch (IOException e) {
      LOG.error("the audit log lacks {}", entry, e);
    }
  }

  private static String outcome(int status) {
    if (status < FIRST_ERROR) {
      return "done";
    }
    return status < FIRST_FAILURE ? "refused" : "failed";
  }
}
