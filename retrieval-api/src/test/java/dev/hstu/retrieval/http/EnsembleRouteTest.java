package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.EnsembleConfig;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.generation.Generation;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A generation of an ensemble is served as any: the list is the exact one, its scores are the
/// means of the members' scores, and it is good as long as every member's is.
class EnsembleRouteTest {

  private static final long NOW = 1_700_000_000L;
  private static final int[] ROWS = {5, 9, 200, 17};
  private static final long[] TIMES = {NOW - 90_000, NOW - 9_000, NOW - 4_000, NOW - 100};
  private static final int K = 40;

  /// Of different widths and architectures.
  private static final EnsembleConfig MEMBERS =
      new EnsembleConfig(
          List.of(
              new HstuConfig(TinyGenerations.ITEMS, 20, 3, 16, 2, 8, 8, 2, 0.05, 1),
              new SasRecConfig(
                  TinyGenerations.ITEMS, 20, 1, 12, 2, 9, 1, 0.05, 1, ModelFeatures.NONE),
              new HstuConfig(TinyGenerations.ITEMS, 20, 3, 10, 1, 4, 6, 1, 0.05, 1)));

  @TempDir private Path folder;

  @Test
  void anEnsembleIsServedByTheMeanOfItsMembersScores() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    String generation = generations.publish(4, MEMBERS);
    try (RunningService service =
            RunningService.start(
                generations.configuration(Map.of()),
                InstantSource.fixed(Instant.ofEpochSecond(NOW)));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      Answer answer = client.retrieve(request());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.itemIds())
          .isEqualTo(generations.exactTopK(generation, Engine.REFERENCE, ROWS, TIMES, NOW, K));
      JsonNode json = answer.json();
      assertThat(json.path("engine").asText()).startsWith("3 × reference");
      assertThat(json.path("validUntil").asLong())
          .isEqualTo(RequestInterval.around(TIMES, 0, TIMES.length, NOW).end().orElseThrow());
      double[] means = means(generations, generation);
      for (JsonNode candidate : json.path("candidates")) {
        int row = (int) (candidate.path("itemId").asLong() - TinyGenerations.FIRST_ID);
        assertThat(candidate.path("score").asDouble()).isCloseTo(means[row], within(1e-5));
      }
      // Asked again it is what was kept.
      assertThat(client.retrieve(request()).itemIds()).isEqualTo(answer.itemIds());
    }
  }

  /// The mean over the members of each item's cosine.
  private static double[] means(TinyGenerations generations, String id) throws IOException {
    double[] means = new double[TinyGenerations.ITEMS];
    int[] items = IntStream.of(ROWS).map(row -> row + 1).toArray();
    List<UserHistory> history = List.of(new UserHistory(items, TIMES, NOW));
    try (Generation generation = generations.store().open(id);
        OpenModel open = ModelFolder.open(generation.modelFolder())) {
      for (NetworkModel member : open.model().networks()) {
        float[] vector = new float[member.config().embeddingDim()];
        try (UserEncoder encoder = Encoder.open(member, EngineChoice.of(Engine.REFERENCE))) {
          float[] user = encoder.encode(history)[0];
          for (int row = 0; row < means.length; row++) {
            member.copyItemVector(row + 1, vector, 0);
            for (int i = 0; i < vector.length; i++) {
              means[row] += (double) user[i] * vector[i] / MEMBERS.members().size();
            }
          }
        }
      }
    }
    return means;
  }

  private static String request() {
    String events =
        IntStream.range(0, ROWS.length)
            .mapToObj(i -> "{\"itemId\":\"%s\",\"timestamp\":%d}".formatted(id(ROWS[i]), TIMES[i]))
            .collect(Collectors.joining(","));
    return "{\"events\":[%s],\"requestTime\":%d,\"k\":%d}".formatted(events, NOW, K);
  }
}
