package dev.hstu.retrieval.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// One request's place in its trace, and its span where it is sampled; all that records does
/// nothing where it isn't. For any number of threads.
public final class RequestTrace {

  private static final int FIRST_FAILURE = 500;

  /// Of work that belongs to no request.
  public static final RequestTrace NONE = new RequestTrace(SpanContext.getInvalid());

  private final SpanContext context;
  private final @Nullable Tracer tracer;
  private final @Nullable Span span;
  private final long beganNanos = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean streaming;

  /// Of a request that isn't sampled.
  RequestTrace(SpanContext context) {
    this.context = context;
    this.tracer = null;
    this.span = null;
  }

  /// Of a sampled request, whose span has begun.
  RequestTrace(Tracer tracer, Span span) {
    this.context = span.getSpanContext();
    this.tracer = tracer;
    this.span = span;
  }

  /// Whether this belongs to a request.
  public boolean isPresent() {
    return context.isValid();
  }

  /// 32 hexadecimal digits.
  public String traceId() {
    return context.getTraceId();
  }

  /// 16 hexadecimal digits: the request's own span or, where none is made, its caller's.
  public String spanId() {
    return context.getSpanId();
  }

  /// Whether spans are made: what costs something to find out is only then to be.
  public boolean isSampled() {
    return span != null;
  }

  /// How long ago the request came.
  public long elapsedNanos() {
    return System.nanoTime() - beganNanos;
  }

  /// Gives a request to somewhere else the headers that make it part of this trace.
  ///
  /// @param header takes a name in lower case and a value
  public void inject(BiConsumer<String, String> header) {
    if (context.isValid()) {
      W3CTraceContextPropagator.getInstance()
          .inject(
              Context.root().with(Span.wrap(context)),
              header,
              (to, name, value) -> {
                if (to != null) {
                  to.accept(name, value);
                }
              });
    }
  }

  /// Says what is known of the request's answer.
  public void attribute(String name, @Nullable String value) {
    if (span != null && value != null) {
      span.setAttribute(name, value);
    }
  }

  /// As [#attribute(String, String)].
  public void attribute(String name, long value) {
    if (span != null) {
      span.setAttribute(name, value);
    }
  }

  /// Records a stage of the request that is over, a child of its span.
  ///
  /// @param beginNanos [System#nanoTime] of its begin
  public void stage(String name, long beginNanos, long endNanos) {
    if (tracer != null && span != null) {
      // Times of one clock are moved to the other at one instant, so that stages don't overlap.
      Instant now = Instant.now();
      long wall = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
      long offset = wall - System.nanoTime();
      tracer
          .spanBuilder(name)
          .setParent(Context.root().with(span))
          .setStartTimestamp(beginNanos + offset, TimeUnit.NANOSECONDS)
          .startSpan()
          .end(endNanos + offset, TimeUnit.NANOSECONDS);
    }
  }

  /// Begins a call to another process, a child of the request's span.
  public RemoteCall call(String name) {
    if (tracer == null || span == null) {
      return new RemoteCall(this, null);
    }
    Span call =
        tracer
            .spanBuilder(name)
            .setSpanKind(SpanKind.CLIENT)
            .setParent(Context.root().with(span))
            .startSpan();
    return new RemoteCall(new RequestTrace(tracer, call), call);
  }

  /// Puts the end of the request off from its answer's head to [#streamed]: its body is computed
  /// while it is sent.
  public void stream() {
    streaming = true;
  }

  /// The request's answer, or its head, is there.
  ///
  /// @param route method and template of the path, such as `GET /sets/{name}`
  public void answered(String route, int status) {
    if (span != null) {
      span.updateName(route);
      span.setAttribute("http.response.status_code", status);
      if (status >= FIRST_FAILURE) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute("error.type", Integer.toString(status));
      }
      if (!streaming) {
        end();
      }
    }
  }

  /// The body of a streamed answer is sent or given up.
  public void streamed() {
    end();
  }

  private void end() {
    if (span != null && ended.compareAndSet(false, true)) {
      span.end();
    }
  }
}
