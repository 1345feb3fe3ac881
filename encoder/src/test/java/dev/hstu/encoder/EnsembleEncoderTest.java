package dev.hstu.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.TraceableEncoder;
import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An ensemble ranks by the mean of its members' scores on every engine, for batches of any shape
/// and from any number of threads.
class EnsembleEncoderTest {

  private static final int ITEMS = 40;

  /// Different widths, depths and architectures.
  private final EnsembleModel model =
      RandomModels.ensemble(
          List.of(
              RandomModels.config(ITEMS, 10, 2, 6, 2, 3, 4, 2),
              RandomModels.sasRec(ITEMS, 10, 1, 9, 3, 5, 1),
              RandomModels.config(ITEMS, 10, 3, 11, 1, 7, 5, 1)),
          5);

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "DJL"})
  void scoresAreTheMeansOfTheMembersScores(Engine engine) {
    requireAvailable(engine);
    EngineChoice choice = EngineChoice.of(engine).withThreads(2);
    Random random = new Random(8);
    try (UserEncoder encoder = Encoder.open(model, choice)) {
      for (int users : new int[] {1, 7, 0, 30, 2}) {
        List<UserHistory> histories = RandomHistories.histories(random, model.config(), users);
        float[][] embeddings = encoder.encode(histories);
        double[][] expected = memberScores(histories, choice);
        for (int u = 0; u < users; u++) {
          assertThat(dot(embeddings[u], embeddings[u])).isCloseTo(1, within(1e-5));
          for (int item = 1; item <= ITEMS; item++) {
            float[] vector = new float[model.config().embeddingDim()];
            model.copyItemVector(item, vector, 0);
            assertThat(dot(embeddings[u], vector)).isCloseTo(expected[u][item], within(2e-6));
          }
        }
      }
    }
  }

  @Test
  void theEnginesAgree() {
    requireAvailable(Engine.DJL);
    List<UserHistory> histories = RandomHistories.histories(new Random(3), model.config(), 20);
    try (UserEncoder plain = Encoder.open(model, EngineChoice.of(Engine.REFERENCE));
        UserEncoder torch = Encoder.open(model, EngineChoice.of(Engine.DJL).withThreads(2))) {
      float[][] expected = plain.encode(histories);
      float[][] found = torch.encode(histories);
      for (int u = 0; u < expected.length; u++) {
        assertThat(found[u]).containsExactly(expected[u], within(1e-4f));
      }
    }
  }

  @Test
  void callsAtOnceDontMeet() throws Exception {
    Random random = new Random(4);
    try (UserEncoder encoder = Encoder.open(model, EngineChoice.of(Engine.REFERENCE));
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<List<UserHistory>> batches = new ArrayList<>();
      List<float[][]> expected = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        batches.add(RandomHistories.histories(random, model.config(), 1 + i % 5));
        expected.add(encoder.encode(batches.get(i)));
      }
      List<Callable<float[][]>> calls = new ArrayList<>();
      batches.forEach(batch -> calls.add(() -> encoder.encode(batch)));
      List<Future<float[][]>> found = threads.invokeAll(calls);
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i).get()).isDeepEqualTo(expected.get(i));
      }
    }
  }

  @Test
  void onlyTheBatchesRowsAreWritten() {
    List<UserHistory> histories = RandomHistories.histories(new Random(6), model.config(), 3);
    HistoryBatch batch = HistoryBatch.of(histories, model.config().window());
    int d = model.config().embeddingDim();
    try (UserEncoder encoder = Encoder.open(model, EngineChoice.of(Engine.REFERENCE))) {
      float[] target = new float[3 * d + 2];
      Arrays.fill(target, 7f);
      encoder.encode(batch, target);
      assertThat(Arrays.copyOfRange(target, 3 * d, target.length)).containsExactly(7f, 7f);
      assertThatThrownBy(() -> encoder.encode(batch, new float[3 * d - 1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("3 users of 26 need 78");
    }
  }

  @Test
  void namesItsEngineAndShowsNoLayers() {
    try (UserEncoder encoder = Encoder.open(model, EngineChoice.of(Engine.REFERENCE))) {
      assertThat(encoder.engine()).startsWith("3 × reference ");
      assertThat(encoder).isNotInstanceOf(TraceableEncoder.class);
    }
  }

  /// CUDA computes HSTU alone: one member of another architecture is enough to say no.
  @Test
  void whatOneMemberCantComputeTheEnsembleCant() {
    HstuConfig hstu = RandomModels.config(ITEMS, 10, 2, 8, 2, 4, 4, 2);
    assertThat(Encoder.shortcoming(Engine.CUDA, model.config())).isPresent();
    assertThat(
            Encoder.shortcoming(
                Engine.CUDA, RandomModels.ensemble(List.of(hstu, hstu), 1).config()))
        .isEqualTo(Encoder.shortcoming(Engine.CUDA, hstu));
  }

  private double[][] memberScores(List<UserHistory> histories, EngineChoice choice) {
    double[][] means = new double[histories.size()][ITEMS + 1];
    for (NetworkModel member : model.networks()) {
      float[] vector = new float[member.config().embeddingDim()];
      try (UserEncoder encoder = Encoder.open(member, choice)) {
        float[][] users = encoder.encode(histories);
        for (int item = 1; item <= ITEMS; item++) {
          member.copyItemVector(item, vector, 0);
          for (int u = 0; u < users.length; u++) {
            means[u][item] += dot(users[u], vector) / model.networks().size();
          }
        }
      }
    }
    return means;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static void requireAvailable(Engine engine) {
    assumeThat(
            Encoder.engines().stream()
                .anyMatch(status -> status.engine() == engine && status.available()))
        .as("engine %s runs here", engine.id())
        .isTrue();
  }
}
