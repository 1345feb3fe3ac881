package dev.hstu.retrieval.http;

import dev.hstu.retrieval.telemetry.CurrentTrace;
import dev.hstu.retrieval.telemetry.RequestLog;
import dev.hstu.retrieval.telemetry.RequestTrace;
import dev.hstu.retrieval.telemetry.Tracing;
import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.core.propagation.MutablePropagatedContext;
import io.micronaut.core.propagation.ThreadPropagatedContextElement;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.web.router.RouteAttributes;
import io.micronaut.web.router.UriRouteInfo;

/// Begins the trace of every request before anything else is done for it and ends it with the
/// answer, which carries its id: `Trace-Id`. In between it is [CurrentTrace].
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class TelemetryFilter {

  static final String TRACE_ID = "Trace-Id";

  private static final String TRACE = "hstu.trace";

  private final Tracing tracing;
  private final RequestLog log;

  TelemetryFilter(Tracing tracing, RequestLog log) {
    this.tracing = tracing;
    this.log = log;
  }

  @RequestFilter
  void begin(HttpRequest<?> request, MutablePropagatedContext context) {
    RequestTrace trace = tracing.begin(request.getHeaders()::get);
    request.setAttribute(TRACE, trace);
    context.add(new Working(trace));
  }

  @ResponseFilter
  void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
    RequestTrace trace = request.getAttribute(TRACE, RequestTrace.class).orElse(RequestTrace.NONE);
    if (trace.isPresent()) {
      response.header(TRACE_ID, trace.traceId());
      String route = route(request);
      try (CurrentTrace.Scope _ = CurrentTrace.set(trace)) {
        log.answered(route, response.code(), trace.elapsedNanos());
      }
      trace.answered(route, response.code());
    }
  }

  /// The template, so that ids in a path are nowhere; what is no route has the method only.
  private static String route(HttpRequest<?> request) {
    String method = request.getMethod().name();
    return RouteAttributes.getRouteInfo(request)
        .filter(UriRouteInfo.class::isInstance)
        .map(route -> method + " " + ((UriRouteInfo<?, ?>) route).getUriMatchTemplate())
        .orElse(method);
  }

  private record Working(RequestTrace trace)
      implements ThreadPropagatedContextElement<RequestTrace> {

    @Override
    public RequestTrace updateThreadContext() {
      return CurrentTrace.swap(trace);
    }

    @Override
    public void restoreThreadContext(RequestTrace before) {
      CurrentTrace.swap(before);
    }
  }
}
