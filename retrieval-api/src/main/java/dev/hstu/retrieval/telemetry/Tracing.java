package dev.hstu.retrieval.telemetry;

import dev.hstu.retrieval.config.TracingSettings;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Begins the trace of each request (W3C Trace Context) and, where an endpoint is configured,
/// exports the spans of sampled ones by OTLP. A request that isn't sampled makes no span: it gets
/// two random ids, for the log and for whom it calls.
///
/// Whether a request is sampled is its caller's decision where it has a `traceparent`, else that of
/// `tracing.sample-share`. For any number of threads.
@Singleton
public final class Tracing implements AutoCloseable {

  public static final String TRACE_PARENT = "traceparent";

  private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);
  private static final TextMapGetter<UnaryOperator<@Nullable String>> HEADERS = new Headers();

  private final double sampleShare;
  private final @Nullable SdkTracerProvider provider;
  private final @Nullable Tracer tracer;

  @Inject
  public Tracing(TracingSettings settings) {
    this(settings.sampleShare(), exporting(settings));
  }

  /// Spans go to `processor`.
  ///
  /// @param sampleShare of the requests whose caller has decided nothing
  /// @param processor closed with this; null makes no spans
  public Tracing(double sampleShare, @Nullable SpanProcessor processor) {
    this.sampleShare = sampleShare;
    this.provider =
        processor == null
            ? null
            : SdkTracerProvider.builder()
                .setResource(
                    Resource.create(
                        Attributes.builder().put("service.name", "hstu-retrieval").build()))
                .addSpanProcessor(processor)
                .build(); // samples what it is given: the decision is made before a span is
    this.tracer = provider == null ? null : provider.get("dev.hstu.retrieval");
  }

  private static @Nullable SpanProcessor exporting(TracingSettings settings) {
    return settings
        .endpoint()
        .map(
            endpoint ->
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder()
                            .setEndpoint(endpoint.toString())
                            .setTimeout(EXPORT_TIMEOUT)
                            .build())
                    .setMaxQueueSize(settings.maxQueuedSpans())
                    .setExporterTimeout(EXPORT_TIMEOUT)
                    .setScheduleDelay(Duration.ofSeconds(1))
                    .build())
        .orElse(null);
  }

  /// Begins the trace of one request, or continues its caller's.
  ///
  /// @param header the request's headers by their names in lower case; null where there is none
  public RequestTrace begin(UnaryOperator<@Nullable String> header) {
    SpanContext caller =
        header.apply(TRACE_PARENT) == null ? SpanContext.getInvalid() : read(header);
    boolean sampled = caller.isValid() ? caller.isSampled() : drawn();
    if (tracer == null || !sampled) {
      // Who records nothing stays out of the chain: the next one's parent is the caller's span.
      return new RequestTrace(caller.isValid() ? caller : fresh());
    }
    Context parent = caller.isValid() ? Context.root().with(Span.wrap(caller)) : Context.root();
    return new RequestTrace(
        tracer,
        tracer.spanBuilder("request").setSpanKind(SpanKind.SERVER).setParent(parent).startSpan());
  }

  private boolean drawn() {
    return tracer != null && ThreadLocalRandom.current().nextDouble() < sampleShare;
  }

  private static SpanContext read(UnaryOperator<@Nullable String> header) {
    return Span.fromContext(
            W3CTraceContextPropagator.getInstance().extract(Context.root(), header, HEADERS))
        .getSpanContext();
  }

  private static SpanContext fresh() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    // Ids of zeros are invalid.
    long low = random.nextLong() | 1;
    long span = random.nextLong() | 1;
    return SpanContext.create(
        TraceId.fromLongs(random.nextLong(), low),
        SpanId.fromLong(span),
        TraceFlags.getDefault(),
        TraceState.getDefault());
  }

  /// Exports what waits, within the time of one export.
  @Override
  @PreDestroy
  public void close() {
    if (provider != null) {
      provider.shutdown().join(EXPORT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static final class Headers implements TextMapGetter<UnaryOperator<@Nullable String>> {

    @Override
    public Iterable<String> keys(UnaryOperator<@Nullable String> header) {
      return List.of();
    }

    @Override
    public @Nullable String get(@Nullable UnaryOperator<@Nullable String> header, String name) {
      return header == null ? null : header.apply(name);
    }
  }
}
