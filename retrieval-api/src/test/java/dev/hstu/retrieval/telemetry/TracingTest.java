package dev.hstu.retrieval.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which requests are traced, what belongs to what, and what others are told.
class TracingTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";
  private static final String SAMPLED = "00-" + TRACE + "-" + CALLER + "-01";
  private static final String NOT_SAMPLED = "00-" + TRACE + "-" + CALLER + "-00";

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();

  @Test
  void aSampledRequestIsItsCallersChildAndItsStagesAreItsChildren() {
    try (Tracing tracing = tracing(0)) {
      RequestTrace trace =
          tracing.begin(Map.of("traceparent", SAMPLED, "tracestate", "vendor=x")::get);
      long begin = System.nanoTime();
      trace.stage("search", begin, begin + 1_500_000);
      trace.attribute("hstu.cache", "miss");
      trace.answered("POST /retrieve", 200);

      SpanData stage = exported.getFinishedSpanItems().get(0);
      SpanData request = exported.getFinishedSpanItems().get(1);
      assertThat(request.getName()).isEqualTo("POST /retrieve");
      assertThat(request.getKind()).isEqualTo(SpanKind.SERVER);
      assertThat(request.getTraceId()).isEqualTo(TRACE).isEqualTo(trace.traceId());
      assertThat(request.getParentSpanId()).isEqualTo(CALLER);
      assertThat(request.getParentSpanContext().isRemote()).isTrue();
      assertThat(request.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
      assertThat(stage.getName()).isEqualTo("search");
      assertThat(stage.getTraceId()).isEqualTo(TRACE);
      assertThat(stage.getParentSpanId()).isEqualTo(request.getSpanId());
      assertThat(stage.getEndEpochNanos() - stage.getStartEpochNanos()).isEqualTo(1_500_000);
      assertThat(stage.getStartEpochNanos())
          .isBetween(
              request.getStartEpochNanos() - 1_000_000, request.getEndEpochNanos() + 1_000_000);
    }
  }

  @Test
  void aCallToAnotherProcessCarriesItsOwnSpanAndTheCallersState() {
    try (Tracing tracing = tracing(0)) {
      RequestTrace trace =
          tracing.begin(Map.of("traceparent", SAMPLED, "tracestate", "vendor=x")::get);
      RemoteCall call = trace.call("encode");
      Map<String, String> sent = new HashMap<>();
      call.inject(sent::put);
      call.failed("connection refused");
      trace.answered("POST /retrieve", 503);

      SpanData client = exported.getFinishedSpanItems().get(0);
      SpanData request = exported.getFinishedSpanItems().get(1);
      assertThat(sent)
          .containsEntry("traceparent", "00-" + TRACE + "-" + client.getSpanId() + "-01")
          .containsEntry("tracestate", "vendor=x");
      assertThat(client.getKind()).isEqualTo(SpanKind.CLIENT);
      assertThat(client.getParentSpanId()).isEqualTo(request.getSpanId());
      assertThat(client.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(client.getStatus().getDescription()).isEqualTo("connection refused");
      assertThat(request.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }
  }

  @Test
  void whatTheCallerDoesNotSampleMakesNoSpanAndIsPassedOnAsItCame() {
    try (Tracing tracing = tracing(1)) {
      RequestTrace trace =
          tracing.begin(Map.of("traceparent", NOT_SAMPLED, "tracestate", "vendor=x")::get);
      Map<String, String> sent = new HashMap<>();
      trace.call("encode").inject(sent::put);
      trace.stage("search", 0, 1);
      trace.answered("POST /retrieve", 500);

      assertThat(trace.isSampled()).isFalse();
      assertThat(sent)
          .containsEntry("traceparent", NOT_SAMPLED)
          .containsEntry("tracestate", "vendor=x");
      assertThat(exported.getFinishedSpanItems()).isEmpty();
    }
  }

  @Test
  void withoutAnExporterNothingIsSampledAndATraceStillPassesThrough() {
    try (Tracing tracing = new Tracing(1, null)) {
      RequestTrace continued = tracing.begin(Map.of("traceparent", SAMPLED)::get);
      Map<String, String> sent = new HashMap<>();
      continued.inject(sent::put);
      assertThat(sent).containsEntry("traceparent", SAMPLED);
      assertThat(continued.isSampled()).isFalse();

      RequestTrace own = tracing.begin(_ -> null);
      assertThat(own.isSampled()).isFalse();
      assertThat(own.traceId()).matches("[0-9a-f]{32}").isNotEqualTo(continued.traceId());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-0",
        "ff-" + TRACE + "-" + CALLER + "-01",
        "00-00000000000000000000000000000000-" + CALLER + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-" + TRACE + "-" + CALLER + "-01-more",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + CALLER + "-01",
        "00-" + TRACE + "-" + CALLER
      })
  void aTraceparentThatIsNoneBeginsATraceOfItsOwn(String header) {
    try (Tracing tracing = tracing(0)) {
      RequestTrace trace = tracing.begin(Map.of("traceparent", header)::get);
      assertThat(trace.isPresent()).isTrue();
      assertThat(trace.traceId()).isNotEqualTo(TRACE);
      assertThat(trace.isSampled()).isFalse();
    }
  }

  @Test
  void aShareOfTheRequestsWhoseCallerDecidesNothingIsSampled() {
    try (Tracing tracing = tracing(0.25)) {
      int sampled = 0;
      for (int i = 0; i < 4_000; i++) {
        sampled += tracing.begin(_ -> null).isSampled() ? 1 : 0;
      }
      // Ten standard deviations.
      assertThat(sampled).isBetween(726, 1274);
    }
  }

  @Test
  void aStreamedAnswerEndsOnceWithItsBody() {
    try (Tracing tracing = tracing(1)) {
      RequestTrace trace = tracing.begin(_ -> null);
      trace.stream();
      trace.answered("POST /retrieve/batch", 200);
      assertThat(exported.getFinishedSpanItems()).isEmpty();

      trace.streamed();
      trace.streamed();
      List<SpanData> spans = exported.getFinishedSpanItems();
      assertThat(spans).hasSize(1);
      assertThat(spans.getFirst().getName()).isEqualTo("POST /retrieve/batch");
    }
  }

  @Test
  void theCurrentTraceEndsWithItsScope() {
    try (Tracing tracing = tracing(0)) {
      RequestTrace trace = tracing.begin(_ -> null);
      try (CurrentTrace.Scope _ = CurrentTrace.set(trace)) {
        assertThat(CurrentTrace.get()).isSameAs(trace);
      }
      assertThat(CurrentTrace.get()).isSameAs(RequestTrace.NONE);
      assertThat(RequestTrace.NONE.isPresent()).isFalse();
    }
  }

  private Tracing tracing(double share) {
    return new Tracing(share, SimpleSpanProcessor.create(exported));
  }
}
