package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.FIRST_ID;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ids that are text, times that are only an order, and the engine that serves by default.
class OtherCataloguesTest {

  @TempDir Path folder;

  @Test
  void textIdsComeBackAsTheyWereAndNumbersStandForTheirDigits() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    IdTable ids = TinyGenerations.textIds();
    generations.publish(1, ids, new Clock.Wall());
    try (RunningService service = start(generations, "reference");
        ServiceClient client = new ServiceClient(service)) {
      String seen = JsonNodeFactory.instance.textNode(ids.idAt(3)).toString();
      Answer answer =
          client.retrieve(
              "{\"events\":[{\"itemId\":%s,\"timestamp\":1},{\"itemId\":%d,\"timestamp\":2}],\"k\":299}"
                  .formatted(seen, FIRST_ID));

      assertThat(answer.json().path("unknownItems").asInt()).isEqualTo(1);
      assertThat(answer.itemIds()).hasSize(299).doesNotContain(ids.idAt(3));
      assertThat(new HashSet<>(answer.itemIds()))
          .allMatch(id -> ids.rowOf(id) != IdTable.NOT_FOUND);
    }
  }

  @Test
  void aSequenceModelTakesOneStepAfterTheLastEventAsNow() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    String generation = generations.publish(1, TinyGenerations.longIds(), new Clock.Sequence(60));
    try (RunningService service = start(generations, "reference");
        ServiceClient client = new ServiceClient(service)) {
      Answer answer =
          client.retrieve(
              "{\"events\":[{\"itemId\":%d,\"timestamp\":60},{\"itemId\":%d,\"timestamp\":120}]}"
                  .formatted(FIRST_ID, FIRST_ID + 1));

      assertThat(answer.json().path("requestTime").asLong()).isEqualTo(180);
      assertThat(answer.itemIds())
          .isEqualTo(
              generations.exactTopK(
                  generation, Engine.REFERENCE, new int[] {0, 1}, new long[] {60, 120}, 180, 100));
      assertThat(client.retrieve("{}").json().path("requestTime").asLong()).isEqualTo(60);
    }
  }

  @Test
  void theDefaultEngineServesWhatAnExactScanOfItsOwnEmbeddingFinds() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    String generation = generations.publish(1);
    try (RunningService service = start(generations, "djl");
        ServiceClient client = new ServiceClient(service)) {
      int[] rows = {5, 9, 250};
      long[] times = {10, 2000, 300_000};
      Answer answer =
          client.retrieve(
              "{\"events\":[{\"itemId\":%d,\"timestamp\":10},{\"itemId\":%d,\"timestamp\":2000},{\"itemId\":%d,\"timestamp\":300000}],\"requestTime\":300100,\"k\":200}"
                  .formatted(FIRST_ID + 5, FIRST_ID + 9, FIRST_ID + 250));

      assertThat(answer.json().path("engine").asText()).startsWith("djl");
      List<String> exact = generations.exactTopK(generation, Engine.DJL, rows, times, 300_100, 200);
      assertThat(answer.itemIds()).isEqualTo(exact);
    }
  }

  private static RunningService start(TinyGenerations generations, String engine)
      throws InterruptedException {
    RunningService service =
        RunningService.start(generations.configuration(Map.of("encoder.engine", engine)));
    service.awaitReady(Duration.ofSeconds(60));
    return service;
  }
}
