package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.ITEMS;
import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// With calls of the encoder shared, a service answers many at once as it answers each alone.
class BatchedEncodingTest {

  private static final int REQUESTS = 120;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manyAtOnceGetTheAnswersOfEachAlone(boolean cached) throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    List<JsonNode> alone = answers(generations, Map.of(), 1);

    List<JsonNode> together =
        answers(
            generations,
            Map.of(
                "encoder.batch-wait-micros",
                "2000",
                "cache.embeddings-enabled",
                Boolean.toString(cached)),
            16);

    assertThat(together).isEqualTo(alone);
  }

  @Test
  void anEmbeddingMadeForARequestIsItsMissAndTheNextOnesHit() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    try (RunningService service =
            RunningService.start(
                generations.configuration(Map.of("encoder.batch-wait-micros", "100")));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));

      JsonNode first = client.retrieve(request(1)).json();
      JsonNode second = client.retrieve(request(1).replace("\"k\":20", "\"k\":10")).json();

      assertThat(first.path("cache").asText()).isEqualTo("miss");
      assertThat(first.path("timings").path("encodeMicros").asLong()).isPositive();
      assertThat(second.path("cache").asText()).isEqualTo("embedding");
      assertThat(second.path("timings").path("encodeMicros").asLong()).isZero();
      assertThat(client.get("/metrics").response().body()).contains("hstu_encoder_batch_users");
    }
  }

  private static List<JsonNode> answers(
      TinyGenerations generations, Map<String, String> settings, int threads) throws Exception {
    List<JsonNode> answers = new ArrayList<>();
    try (RunningService service = RunningService.start(generations.configuration(settings));
        ServiceClient client = new ServiceClient(service);
        ExecutorService senders = Executors.newFixedThreadPool(threads)) {
      service.awaitReady(Duration.ofSeconds(30));
      List<Future<JsonNode>> sent = new ArrayList<>();
      for (int seed = 0; seed < REQUESTS; seed++) {
        String body = request(seed);
        sent.add(senders.submit(() -> client.retrieve(body).json()));
      }
      for (Future<JsonNode> answer : sent) {
        ObjectNode untimed = answer.get().deepCopy();
        assertThat(untimed.path("candidates")).hasSize(20);
        untimed.remove(List.of("timings", "cache"));
        answers.add(untimed);
      }
    }
    return answers;
  }

  /// Of 40 different users, so that some are asked for together.
  private static String request(int seed) {
    Random random = new Random(seed % 40);
    String events =
        IntStream.range(0, 1 + random.nextInt(30))
            .mapToObj(
                i ->
                    "{\"itemId\":%s,\"timestamp\":%d}"
                        .formatted(id(random.nextInt(ITEMS)), 100 * i))
            .collect(Collectors.joining(",", "[", "]"));
    return "{\"events\":%s,\"requestTime\":5000,\"k\":20}".formatted(events);
  }
}
