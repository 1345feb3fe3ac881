package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import dev.hstu.retrieval.telemetry.OtlpReceiver;
import dev.hstu.retrieval.telemetry.OtlpReceiver.ReceivedSpan;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Traces over real HTTP: a caller's `traceparent` in, spans by OTLP to a collector on loopback,
/// the id of the trace in every answer.
class TraceRouteTest {

  private static final String CALLER = "00f067aa0ba902b7";
  private static final long SERVER = 2;

  @TempDir static Path folder;
  private static OtlpReceiver collector;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() throws Exception {
    collector = new OtlpReceiver();
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "tracing.endpoint",
                    collector.endpoint().toString(),
                    "tracing.sample-share",
                    "0")));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
    collector.close();
  }

  @Test
  void theStagesOfARetrievalAreChildrenOfItsRequestAndThatIsItsCallersChild() throws Exception {
    String trace = "11112222333344445555666677778888";
    Answer answer = post("/retrieve", history(1), trace, true);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Trace-Id")).isEqualTo(trace);

    List<ReceivedSpan> spans = received(trace, 5);
    ReceivedSpan request = named(spans, "POST /retrieve");
    assertThat(request.parentId()).isEqualTo(CALLER);
    assertThat(request.kind()).isEqualTo(SERVER);
    assertThat(request.error()).isFalse();
    assertThat(spans)
        .extracting(ReceivedSpan::name)
        .containsExactlyInAnyOrder("POST /retrieve", "queue", "encode", "search", "write");
    assertThat(spans)
        .filteredOn(span -> !span.equals(request))
        .allSatisfy(span -> assertThat(span.parentId()).isEqualTo(request.spanId()));
  }

  @Test
  void aKeptListHasNoStagesOfEncodingAndSearching() throws Exception {
    String trace = "11112222333344445555666677779999";
    post("/retrieve", history(2), "a".repeat(32), false);
    post("/retrieve", history(2), trace, true);

    assertThat(received(trace, 3))
        .extracting(ReceivedSpan::name)
        .containsExactlyInAnyOrder("POST /retrieve", "queue", "write");
  }

  @Test
  void aBatchIsOneSpanFromItsHeadToItsLastLine() throws Exception {
    String trace = "2222222233334444555566667777aaaa";
    Answer answer =
        client.send(
            client
                .request("/retrieve/batch")
                .header("Content-Type", "application/x-ndjson")
                .header("traceparent", traceparent(trace, true))
                .POST(BodyPublishers.ofString(history(3) + "\n" + history(4) + "\n")));
    assertThat(answer.response().body().lines()).hasSize(2);

    List<ReceivedSpan> spans = received(trace, 4);
    ReceivedSpan request = named(spans, "POST /retrieve/batch");
    assertThat(named(spans, "search").parentId()).isEqualTo(request.spanId());
  }

  @Test
  void refusalsHaveATraceAndFailuresAreErrors() throws Exception {
    String refused = "3333333333334444555566667777aaaa";
    assertThat(post("/retrieve", "{\"k\":0}", refused, true).status()).isEqualTo(400);
    assertThat(named(received(refused, 1), "POST /retrieve").error()).isFalse();

    String nowhere = "4444444433334444555566667777aaaa";
    Answer answer = post("/nowhere/u17", "{}", nowhere, true);
    assertThat(answer.header("Trace-Id")).isEqualTo(nowhere);
    assertThat(named(received(nowhere, 1), "POST").error()).isFalse();

    try (RunningService empty =
            RunningService.start(
                new TinyGenerations(folder.resolve("empty"))
                    .configuration(Map.of("tracing.endpoint", collector.endpoint().toString())));
        ServiceClient other = new ServiceClient(empty)) {
      String failed = "5555555533334444555566667777aaaa";
      other.send(
          other
              .request("/retrieve")
              .header("Content-Type", "application/json")
              .header("traceparent", traceparent(failed, true))
              .POST(BodyPublishers.ofString("{}")));
      assertThat(named(received(failed, 1), "POST /retrieve").error()).isTrue();
    }
  }

  @Test
  void whatIsNotSampledIsNotExportedAndHasAnIdAllTheSame() throws Exception {
    String trace = "6666666633334444555566667777aaaa";
    Answer passed = post("/retrieve", history(5), trace, false);
    Answer own = client.retrieve(history(5));
    // Sent last, so that whatever was sent before it has arrived with it.
    String marker = "7777777733334444555566667777aaaa";
    post("/retrieve", history(5), marker, true);

    assertThat(passed.header("Trace-Id")).isEqualTo(trace);
    assertThat(own.header("Trace-Id")).matches("[0-9a-f]{32}");
    received(marker, 3);
    assertThat(collector.spans())
        .extracting(ReceivedSpan::traceId)
        .doesNotContain(trace, own.header("Trace-Id"));
  }

  private static Answer post(String path, String body, String trace, boolean sampled)
      throws Exception {
    return client.send(
        client
            .request(path)
            .header("Content-Type", "application/json")
            .header("traceparent", traceparent(trace, sampled))
            .POST(BodyPublishers.ofString(body)));
  }

  private static String traceparent(String trace, boolean sampled) {
    return "00-%s-%s-%s".formatted(trace, CALLER, sampled ? "01" : "00");
  }

  private static String history(int row) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":1700000000}],\"requestTime\":1700000060,\"k\":5}"
        .formatted(TinyGenerations.id(row));
  }

  private static List<ReceivedSpan> received(String trace, int count) throws Exception {
    return Eventually.see(
        () -> collector.spans().stream().filter(s -> s.traceId().equals(trace)).toList(),
        spans -> spans.size() >= count);
  }

  private static ReceivedSpan named(List<ReceivedSpan> spans, String name) {
    return spans.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
  }
}
