package dev.hstu.retrieval.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A call to another process for a request. Ends once.
public final class RemoteCall {

  private final RequestTrace trace;
  private final @Nullable Span span;

  RemoteCall(RequestTrace trace, @Nullable Span span) {
    this.trace = trace;
    this.span = span;
  }

  /// Gives the call the headers by which the other process continues the trace.
  public void inject(BiConsumer<String, String> header) {
    trace.inject(header);
  }

  /// The call was answered.
  public void succeeded() {
    if (span != null) {
      span.end();
    }
  }

  /// The call was not answered, or with an error.
  ///
  /// @param reason without anything of the request
  public void failed(String reason) {
    if (span != null) {
      span.setStatus(StatusCode.ERROR, reason);
      span.end();
    }
  }
}
