package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.receipts.RecallReceipts;
import dev.hstu.retrieval.receipts.SampleOutcome;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceBeans;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `GET /recall` over real HTTP: answers are answered again in the items of their own moment, and
/// what they were worth stands in the report and in `/metrics`.
class RecallRouteTest {

  private static final int QUERIES = 20;

  @TempDir Path folder;
  private String generation = "";
  private RunningService service;
  private ServiceClient client;

  @BeforeEach
  void serve() throws IOException, InterruptedException {
    TinyGenerations generations = new TinyGenerations(folder);
    generation = generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "receipts.share",
                    "1",
                    "receipts.cpu-share",
                    "0.5",
                    "updates.enabled",
                    "true")));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  @Test
  void everyAnswerIsMeasuredInTheItemsOfItsOwnMoment() throws Exception {
    for (int i = 0; i < QUERIES; i++) {
      String best = client.retrieve(query(i, i % 2 == 0 ? "" : filter())).itemIds().getFirst();
      // What has been the best of an answer is gone before that answer is looked at, or after.
      client.delete("/items/" + best);
    }
    client.retrieve("{\"k\":5}");

    JsonNode recall = seen();

    assertThat(recall.path("share").asDouble()).isEqualTo(1);
    assertThat(recall.path("waiting").asInt()).isZero();
    assertThat(recall.path("cpuSeconds").asDouble()).isPositive();
    assertThat(recall.path("outcomes").path("dropped").asInt()).isZero();
    JsonNode of = recall.path("generations").path(0);
    assertThat(of.path("generation").asText()).isEqualTo(generation);
    assertThat(of.path("overall").path("samples").asInt()).isEqualTo(QUERIES);
    assertThat(of.path("overall").path("recall").asDouble())
        .as("so few items are scanned, which is exact")
        .isEqualTo(1);
    assertThat(of.path("overall").path("upper").asDouble()).isEqualTo(1);
    assertThat(of.path("overall").path("lower").asDouble()).isBetween(0.7, 0.95);
    assertThat(of.path("bySelectivity").path("unfiltered").path("samples").asInt())
        .isEqualTo(QUERIES / 2);
    assertThat(of.path("bySelectivity").path("10%-100%").path("samples").asInt())
        .isEqualTo(QUERIES / 2);
    assertThat(of.path("decayed").asBoolean()).isFalse();
    System.gc(); // registries hold what they ask by weak references
    assertThat(client.get("/metrics").response().body())
        .contains("hstu_recall{generation=\"%s\",selectivity=\"all\"} 1.0".formatted(generation))
        .contains("hstu_recall_decayed{generation=\"%s\"} 0.0".formatted(generation))
        .contains("hstu_recall_answers_total{outcome=\"measured\"} 20.0")
        .containsPattern("hstu_recall_cpu_seconds_total [0-9.]*[1-9]");
  }

  private JsonNode seen() throws Exception {
    RecallReceipts receipts = ServiceBeans.of(service, RecallReceipts.class);
    Eventually.see(
        () -> receipts.report().outcomes().getOrDefault(SampleOutcome.MEASURED, 0L),
        measured -> measured == QUERIES);
    return client.get("/recall").json();
  }

  private static String query(int i, String more) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":%d}],\"requestTime\":%d,\"k\":7%s}"
        .formatted(id(i * 3), i, 1_000 + i, more);
  }

  private static String filter() {
    return ",\"filter\":{\"in\":{\"genres\":[\"g1\",\"g2\"]}}";
  }
}
