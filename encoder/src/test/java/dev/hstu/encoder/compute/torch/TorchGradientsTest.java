package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Gradients beyond the golden files: they are the slope of the loss, they add up over
/// micro-batches, and the shared form of negatives is the general form with equal draws.
class TorchGradientsTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.6})
  void gradientsAreTheSlopeOfTheLoss(double secondTargetWeight) {
    HstuConfig config = RandomModels.config(7, 6, 2, 4, 2, 3, 2, 2);
    ModelWeights weights = RandomModels.weights(config, 5);
    SupervisedBatch batch = batch(new Random(5), config, 4, 5, secondTargetWeight);
    TorchLossAndGradients engine = new TorchLossAndGradients();
    Map<String, double[]> gradients = engine.compute(config, weights, batch).gradients();
    float step = 1e-2f;
    assertSlope(
        gradients.get(CheckpointNames.timeBias(1)),
        weights.blocks(HstuBlock.class).get(1).timeBias(),
        step,
        () -> engine.compute(config, weights, batch).loss());
    assertSlope(
        gradients.get(CheckpointNames.positionBias(0)),
        weights.blocks(HstuBlock.class).get(0).positionBias(),
        step,
        () -> engine.compute(config, weights, batch).loss());
    float[] items = (float[]) weights.itemEmbeddings().heapBase().orElseThrow();
    assertSlope(
        gradients.get(CheckpointNames.ITEM_EMBEDDINGS),
        items,
        step / 10,
        () -> engine.compute(config, weights, batch).loss());
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 0", "4, 0.3", "5, 1"})
  void microBatchesAddUpToTheWholeBatch(long seed, double secondTargetWeight) {
    Random random = new Random(seed);
    HstuConfig config = RandomModels.config(20, 9, 2, 6, 2, 3, 4, 2);
    ModelWeights weights = RandomModels.weights(config, seed);
    int[] lengths = random.ints(8, 1, 10).toArray();
    List<int[]> whole = List.of(sortedByLength(lengths));
    List<int[]> parts = new MicroBatches(60, 20).plan(lengths);
    assertThat(parts).hasSizeGreaterThan(2);
    PaddedExamples[] examples = new PaddedExamples[8];
    for (int u = 0; u < 8; u++) {
      examples[u] = example(random, config, lengths[u]);
    }
    assertEqual(
        accumulated(config, weights, examples, whole, false, secondTargetWeight),
        accumulated(config, weights, examples, parts, false, secondTargetWeight),
        1e-5);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3})
  void sharedNegativesAreTheGeneralFormWithEqualDraws(double secondTargetWeight) {
    Random random = new Random(4);
    HstuConfig config = RandomModels.config(20, 9, 2, 6, 2, 3, 4, 2);
    ModelWeights weights = RandomModels.weights(config, 4);
    PaddedExamples[] examples = {example(random, config, 9), example(random, config, 4)};
    List<int[]> group = List.of(new int[] {0, 1});
    assertEqual(
        accumulated(config, weights, examples, group, false, secondTargetWeight),
        accumulated(config, weights, examples, group, true, secondTargetWeight),
        1e-5);
  }

  /// A weight that is 0 in float32 goes the way of second targets and finds the bits of none.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void secondTargetsLeaveTheBitsOfTheFirst(boolean perPosition) {
    Random random = new Random(7);
    HstuConfig config = RandomModels.config(20, 9, 2, 6, 2, 3, 4, 2);
    ModelWeights weights = RandomModels.weights(config, 7);
    PaddedExamples[] examples = {example(random, config, 9), example(random, config, 4)};
    List<int[]> group = List.of(new int[] {0, 1});
    assertEqual(
        accumulated(config, weights, examples, group, perPosition, 0),
        accumulated(config, weights, examples, group, perPosition, Double.MIN_VALUE),
        0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void allItemsAreTheGeneralFormWithEveryItemDrawnOnce(long seed) {
    Random random = new Random(seed);
    HstuConfig config = RandomModels.config(20, 9, 2, 6, 2, 3, 4, 2);
    ModelWeights weights = RandomModels.weights(config, seed);
    PaddedExamples sampled = example(random, config, 9);
    sampled.weights()[3] = 0;
    long[] everyItem =
        LongStream.range(0, 9L * config.items()).map(i -> 1 + i % config.items()).toArray();
    assertEqual(
        accumulated(config, weights, withNegatives(sampled, everyItem, config.items())),
        accumulated(config, weights, withNegatives(sampled, new long[0], 0)),
        1e-5);
  }

  /// The two ways of draws for each position: rows looked up, and scores picked out of those
  /// against all items. Ragged users with padding and unsupervised positions, draws that repeat
  /// and that are the target.
  @ParameterizedTest
  @CsvSource({
    "1, 20, 3, 0",
    "2, 20, 3, 0.3",
    "3, 1, 1, 0.5",
    "4, 2, 5, 1",
    "5, 300, 2, 0",
    "6, 40, 64, 0.2"
  })
  void scoresPickedOutOfThoseOfAllItemsAreTheDrawsOwn(
      long seed, int items, int draws, double secondTargetWeight) {
    HstuConfig config = RandomModels.config(items, 9, 2, 6, 2, 3, 4, 2);
    ModelWeights weights = RandomModels.weights(config, seed);
    for (PaddedExamples batch :
        List.of(ragged(seed, config, draws, 9, 4, 1), ragged(seed, config, draws, 1))) {
      assertEqual(
          accumulated(config, weights, batch, 0, secondTargetWeight),
          accumulated(config, weights, batch, Integer.MAX_VALUE / draws, secondTargetWeight),
          1e-5);
      Arrays.fill(batch.weights(), 0);
      assertEqual(
          accumulated(config, weights, batch, 0, secondTargetWeight),
          accumulated(config, weights, batch, Integer.MAX_VALUE / draws, secondTargetWeight),
          0);
    }
  }

  /// @param lengths of the users, the longest first
  private static PaddedExamples ragged(long seed, HstuConfig config, int draws, int... lengths) {
    Random random = new Random(seed);
    int length = lengths[0];
    int slots = length + 1;
    long[] ids = new long[lengths.length * slots];
    long[] times = new long[ids.length];
    float[] weights = new float[lengths.length * length];
    for (int b = 0; b < lengths.length; b++) {
      for (int i = 0; i <= lengths[b]; i++) {
        ids[b * slots + i] = random.nextInt(1, config.items() + 1);
        times[b * slots + i] = 1_000L * i;
      }
      for (int i = 0; i < lengths[b]; i++) {
        weights[b * length + i] = random.nextInt(4) == 0 ? 0 : 1;
      }
    }
    long[] drawn = random.longs((long) weights.length * draws, 1, config.items() + 1L).toArray();
    return new PaddedExamples(
        lengths.length, length, ids, times, new long[0], weights, drawn, draws);
  }

  private static Map<String, double[]> accumulated(
      HstuConfig config,
      ModelWeights weights,
      PaddedExamples batch,
      int productsPerDraw,
      double secondTargetWeight) {
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel hstu = new TorchModel(memory, config, productsPerDraw)) {
      TorchParameters parameters = TorchParameters.of(memory, config, weights);
      TorchParameters gradients = parameters.zerosLike();
      double loss =
          hstu.accumulate(
              memory, parameters, gradients, batch, DropoutMask.NONE, secondTargetWeight, 0.1);
      return named(config, gradients, loss);
    }
  }

  private static PaddedExamples withNegatives(PaddedExamples from, long[] negatives, int each) {
    return new PaddedExamples(
        from.users(),
        from.length(),
        from.items(),
        from.times(),
        from.actions(),
        from.weights(),
        negatives,
        each);
  }

  private static Map<String, double[]> accumulated(
      HstuConfig config, ModelWeights weights, PaddedExamples example) {
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel hstu = new TorchModel(memory, config)) {
      TorchParameters parameters = TorchParameters.of(memory, config, weights);
      TorchParameters gradients = parameters.zerosLike();
      double loss =
          hstu.accumulate(memory, parameters, gradients, example, DropoutMask.NONE, 0, 0.1);
      return named(config, gradients, loss);
    }
  }

  @Test
  void dropoutScalesWhatItKeeps() {
    Random random = new Random(6);
    HstuConfig config = RandomModels.config(20, 9, 2, 6, 2, 3, 4, 2);
    ModelWeights weights = RandomModels.weights(config, 6);
    PaddedExamples example = example(random, config, 9);
    int values = 9 * (6 + 2 * 2 * 4);
    byte[] all = new byte[values];
    Arrays.fill(all, (byte) 1);
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel hstu = new TorchModel(memory, config)) {
      TorchParameters parameters = TorchParameters.of(memory, config, weights);
      TorchParameters gradients = parameters.zerosLike();
      double plain =
          hstu.accumulate(memory, parameters, gradients, example, DropoutMask.NONE, 0, 1);
      double kept =
          hstu.accumulate(memory, parameters, gradients, example, new DropoutMask(all, 0), 0, 1);
      double some =
          hstu.accumulate(
              memory,
              parameters,
              gradients,
              example,
              DropoutMask.draw(values, 0.5, new SplittableRandom(2)),
              0,
              1);
      assertThat(kept).isEqualTo(plain);
      assertThat(some).isNotCloseTo(plain, within(1e-3));
    }
  }

  /// One user's example, unpadded.
  private static PaddedExamples example(Random random, HstuConfig config, int length) {
    long[] items = random.longs(length + 1, 1, config.items() + 1).toArray();
    long[] times = random.longs(length + 1, 0, 1_000_000).sorted().toArray();
    float[] weights = new float[length];
    Arrays.fill(weights, 1);
    return new PaddedExamples(
        1,
        length,
        items,
        times,
        new long[0],
        weights,
        random.longs(3, 1, config.items() + 1).toArray(),
        3);
  }

  private static Map<String, double[]> accumulated(
      HstuConfig config,
      ModelWeights weights,
      PaddedExamples[] examples,
      List<int[]> groups,
      boolean perPosition,
      double secondTargetWeight) {
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel hstu = new TorchModel(memory, config)) {
      TorchParameters parameters = TorchParameters.of(memory, config, weights);
      TorchParameters gradients = parameters.zerosLike();
      double loss = 0;
      for (int[] group : groups) {
        PaddedExamples padded = together(examples, group, perPosition);
        loss +=
            hstu.accumulate(
                memory, parameters, gradients, padded, DropoutMask.NONE, secondTargetWeight, 0.1);
      }
      return named(config, gradients, loss);
    }
  }

  private static Map<String, double[]> named(
      NetworkConfig config, TorchParameters gradients, double loss) {
    Map<String, double[]> all = new TreeMap<>();
    all.put("loss", new double[] {loss});
    gradients
        .byName(config)
        .forEach(
            (name, array) -> {
              float[] values = array.toFloatArray();
              double[] wide = new double[values.length];
              Arrays.setAll(wide, i -> values[i]);
              all.put(name, wide);
            });
    return all;
  }

  private static PaddedExamples together(
      PaddedExamples[] examples, int[] group, boolean perPosition) {
    int length = examples[group[0]].length();
    int drawn = examples[group[0]].negativesPerPosition();
    long[] items = new long[group.length * (length + 1)];
    long[] times = new long[items.length];
    float[] weights = new float[group.length * length];
    int draws = perPosition ? group.length * length : group.length;
    long[] negatives = new long[draws * drawn];
    for (int b = 0; b < group.length; b++) {
      PaddedExamples one = examples[group[b]];
      System.arraycopy(one.items(), 0, items, b * (length + 1), one.length() + 1);
      System.arraycopy(one.times(), 0, times, b * (length + 1), one.length() + 1);
      System.arraycopy(one.weights(), 0, weights, b * length, one.length());
      int copies = perPosition ? length : 1;
      for (int copy = 0; copy < copies; copy++) {
        System.arraycopy(one.negatives(), 0, negatives, (b * copies + copy) * drawn, drawn);
      }
    }
    return new PaddedExamples(
        group.length, length, items, times, new long[0], weights, negatives, drawn);
  }

  private static int[] sortedByLength(int[] lengths) {
    return new MicroBatches(Long.MAX_VALUE, Integer.MAX_VALUE).plan(lengths).getFirst();
  }

  private static SupervisedBatch batch(
      Random random, HstuConfig config, int users, int negatives, double secondTargetWeight) {
    HistoryBatch histories =
        HistoryBatch.of(RandomHistories.histories(random, config, users), config.window());
    int rows = histories.items().length;
    return new SupervisedBatch(
        histories,
        random.ints(rows, 1, config.items() + 1).toArray(),
        random.ints((long) rows * negatives, 1, config.items() + 1).toArray(),
        negatives,
        secondTargetWeight);
  }

  private static void assertSlope(
      double[] gradient, float[] values, float step, DoubleSupplier loss) {
    double scale = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
    assertThat(scale).isPositive();
    int[] steepest =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -Math.abs(gradient[i])))
            .limit(8)
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i : steepest) {
      float before = values[i];
      values[i] = before + step;
      double above = loss.getAsDouble();
      values[i] = before - step;
      double below = loss.getAsDouble();
      values[i] = before;
      assertThat((above - below) / (2 * step)).isCloseTo(gradient[i], within(0.02 * scale));
    }
  }

  private static void assertEqual(
      Map<String, double[]> first, Map<String, double[]> second, double tolerance) {
    first.forEach(
        (name, values) -> {
          double[] others = second.get(name);
          double scale = Math.max(1e-6, Arrays.stream(values).map(Math::abs).max().orElse(0));
          for (int i = 0; i < values.length; i++) {
            assertThat(others[i]).as(name).isCloseTo(values[i], within(tolerance * scale));
          }
        });
  }
}
