package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The engine `djl` equals the reference on shapes and lengths the golden files don't have, and
/// depends neither on order nor on company beyond float32.
class TorchEncoderTest {

  /// Absolute, of unit vectors; float32 rounding over a few blocks of random weights.
  private static final double TOLERANCE = 5e-5;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void everyBlockAndEveryUserEqualTheReference(long seed) {
    Random random = new Random(seed);
    HstuConfig config = RandomHistories.config(random);
    ModelWeights weights = RandomModels.weights(config, seed);
    HistoryBatch batch =
        HistoryBatch.of(RandomHistories.histories(random, config, 9), config.window());
    ForwardTrace expected = new ReferenceEncoder(config, weights, Precision.FLOAT64).trace(batch);
    try (TorchEncoder encoder = TorchEncoder.open(config, weights, choice())) {
      ForwardTrace trace = encoder.trace(batch);
      for (int i = 0; i < config.blocks(); i++) {
        assertClose(trace.blocks().get(i), expected.blocks().get(i), 1e-3);
      }
      assertClose(trace.sequence(), expected.sequence(), TOLERANCE);
      assertClose(trace.users(), expected.users(), TOLERANCE);
    }
  }

  @Test
  void usersKeepTheirPlacesWhateverTheirOrderAndCompany() {
    HstuConfig config = RandomModels.config(50, 40, 3, 12, 2, 5, 6, 2);
    Random random = new Random(7);
    List<UserHistory> histories = RandomHistories.histories(random, config, 60);
    try (TorchEncoder encoder =
        TorchEncoder.open(config, RandomModels.weights(config, 7), choice())) {
      float[][] together = encoder.encode(histories);
      List<Integer> order = new ArrayList<>(IntStream.range(0, 60).boxed().toList());
      Collections.shuffle(order, random);
      float[][] shuffled = encoder.encode(order.stream().map(histories::get).toList());
      for (int b = 0; b < 60; b++) {
        assertClose(shuffled[b], together[order.get(b)]);
        assertClose(encoder.encode(List.of(histories.get(b)))[0], together[b]);
      }
    }
  }

  @Test
  void batchesBeyondOneMicroBatchAreSharedOutAndSeveralThreadsMayCall() {
    HstuConfig config = RandomModels.config(80, 200, 3, 8, 1, 4, 4, 2);
    Random random = new Random(3);
    List<UserHistory> histories = RandomHistories.histories(random, config, 40);
    try (TorchEncoder encoder =
        TorchEncoder.open(config, RandomModels.weights(config, 3), choice())) {
      float[][] alone = encoder.encode(histories);
      IntStream.range(0, 4)
          .parallel()
          .forEach(call -> assertThat(encoder.encode(histories)).isDeepEqualTo(alone));
    }
  }

  @Test
  void anEmptyBatchGivesNothing() {
    HstuConfig config = RandomModels.config(5, 4, 1, 4, 1, 2, 2, 1);
    try (TorchEncoder encoder =
        TorchEncoder.open(config, RandomModels.weights(config, 1), choice())) {
      assertThat(encoder.encode(List.of())).isEmpty();
    }
  }

  @Test
  void unknownItemsAreRefusedBeforeAnythingRuns() {
    HstuConfig config = RandomModels.config(5, 4, 1, 4, 1, 2, 2, 1);
    UserHistory foreign = new UserHistory(new int[] {6}, new long[] {1}, 2);
    try (TorchEncoder encoder =
        TorchEncoder.open(config, RandomModels.weights(config, 1), choice())) {
      assertThatThrownBy(() -> encoder.encode(List.of(foreign)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("item row 6");
    }
  }

  @Test
  void theEngineIsFoundSaysWhatItIsAndRefusesWhatItLacks() {
    Model model = RandomModels.model(RandomModels.config(9, 5, 1, 4, 2, 3, 2, 2), 1);
    try (UserEncoder encoder = Encoder.open(model, choice())) {
      assertThat(encoder.engine()).isEqualTo("djl pytorch-2.7.1 cpu float32");
    }
    assertThatThrownBy(() -> Encoder.open(model, choice().withPrecision(Precision.FLOAT64)))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("engine djl: it has no precision float64; choose float32");
    assertThatThrownBy(() -> Encoder.open(model, choice().withDevice("gpu7")))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("device gpu7 is not there");
  }

  @Test
  void nothingIsFetchedAndNothingReported() {
    assertThat(TorchRuntime.version()).startsWith("pytorch-");
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
  }

  private static EngineChoice choice() {
    return EngineChoice.of(Engine.DJL).withThreads(2);
  }

  private static void assertClose(double[] values, double[] expected, double tolerance) {
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i])
          .isCloseTo(expected[i], within(tolerance * Math.max(1, Math.abs(expected[i]))));
    }
  }

  private static void assertClose(float[] values, float[] expected) {
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i]).isCloseTo(expected[i], within(TOLERANCE));
    }
  }
}
