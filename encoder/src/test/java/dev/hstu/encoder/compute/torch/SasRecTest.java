package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.compute.SampledSoftmaxLoss;
import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// SASRec on PyTorch equals the plain Java of it, its gradients are the slope of the plain loss,
/// and dropout drops what it is to drop.
class SasRecTest {

  private static final int USERS = 3;
  private static final int LENGTH = 5;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyBlockAndEveryUserEqualTheReference(long seed) {
    Random random = new Random(seed);
    SasRecConfig config = shapes(random);
    ModelWeights weights = RandomModels.weights(config, seed);
    HistoryBatch batch =
        HistoryBatch.of(RandomHistories.histories(random, config, 9), config.window());
    ReferenceEncoder reference = new ReferenceEncoder(config, weights, Precision.FLOAT64);
    ForwardTrace expected = reference.trace(batch);
    EngineChoice choice = EngineChoice.of(Engine.DJL).withThreads(2);
    try (TorchEncoder encoder = TorchEncoder.open(config, weights, choice)) {
      ForwardTrace trace = encoder.trace(batch);
      for (int i = 0; i < config.blocks(); i++) {
        assertClose(trace.blocks().get(i), expected.blocks().get(i), 1e-3);
      }
      assertClose(trace.sequence(), expected.sequence(), 5e-5);
      assertClose(trace.users(), expected.users(), 5e-5);
    }
    float[] served = new float[batch.users() * config.embeddingDim()];
    reference.encode(batch, served);
    double[] wide = new double[served.length];
    Arrays.setAll(wide, i -> served[i]);
    assertClose(wide, expected.users(), 1e-7);
  }

  @Test
  void anEmbeddingIsTheSameAtAnyRequestTime() {
    SasRecConfig config = RandomModels.sasRec(20, 6, 2, 8, 2, 5, 2);
    UserHistory now = RandomHistories.history(new Random(3), config, 6);
    UserHistory later = new UserHistory(now.items(), now.times(), now.requestTime() + 100_000_000);
    ReferenceEncoder encoder =
        new ReferenceEncoder(config, RandomModels.weights(config, 3), Precision.FLOAT32);
    assertThat(config.readsTimes()).isFalse();
    assertThat(encoder.encode(List.of(later))[0]).isEqualTo(encoder.encode(List.of(now))[0]);
  }

  /// Central differences of the loss in float64 along a random direction of each tensor.
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 0", "4, 0.2", "5, 1"})
  void gradientsAreTheSlopeOfThePlainLoss(long seed, double secondTargetWeight) {
    Random random = new Random(seed);
    SasRecConfig config = RandomModels.sasRec(11, 6, 2, 8, 2, 5, 2);
    ModelWeights weights = RandomModels.weights(config, seed);
    SupervisedBatch batch = batch(random, config, secondTargetWeight);
    Map<String, double[]> gradients =
        new TorchLossAndGradients().compute(config, weights, batch).gradients();
    for (int block = 0; block < config.blocks(); block++) {
      for (int t = 0; t < CheckpointNames.block(config, block).size(); t++) {
        String name = CheckpointNames.block(config, block).get(t).name();
        float[] values = weights.blocks().get(block).tensors().get(t);
        assertSlope(name, gradients.get(name), values, config, weights, batch);
      }
    }
    float[] items = (float[]) weights.itemEmbeddings().heapBase().orElseThrow();
    String table = CheckpointNames.ITEM_EMBEDDINGS;
    assertSlope(table, gradients.get(table), items, config, weights, batch);
    String places = CheckpointNames.POSITIONS;
    assertSlope(places, gradients.get(places), weights.positions(), config, weights, batch);
  }

  private static void assertSlope(
      String name,
      double[] gradient,
      float[] values,
      SasRecConfig config,
      ModelWeights weights,
      SupervisedBatch batch) {
    Random random = new Random(name.hashCode());
    float[] before = values.clone();
    double[] direction = random.doubles(values.length, -1e-4, 1e-4).toArray();
    double above = loss(config, weights, batch, values, before, direction, 1);
    double below = loss(config, weights, batch, values, before, direction, -1);
    System.arraycopy(before, 0, values, 0, values.length);
    double slope = 0;
    double steepest = 0;
    for (int i = 0; i < values.length; i++) {
      // What was added after its rounding to float32.
      double step = ((before[i] + (float) direction[i]) - (before[i] - (float) direction[i])) / 2.0;
      slope += gradient[i] * step;
      steepest += Math.abs(gradient[i] * step);
    }
    assertThat((above - below) / 2).as(name).isCloseTo(slope, within(0.01 * steepest + 1e-9));
  }

  private static double loss(
      SasRecConfig config,
      ModelWeights weights,
      SupervisedBatch batch,
      float[] values,
      float[] before,
      double[] direction,
      int sign) {
    for (int i = 0; i < values.length; i++) {
      values[i] = before[i] + sign * (float) direction[i];
    }
    ReferenceEncoder encoder = new ReferenceEncoder(config, weights, Precision.FLOAT64);
    return new SampledSoftmaxLoss(config, weights).of(encoder.trace(batch.histories()), batch);
  }

  /// A mask that drops all of one kind is the model without it.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void eachPartOfTheMaskDropsItsOwnValues(int kind) {
    SasRecConfig config = RandomModels.sasRec(11, LENGTH, 2, 8, 2, 6, 2);
    ModelWeights weights = RandomModels.weights(config, 7);
    PaddedExamples examples = examples(new Random(7), config);
    int rows = USERS * LENGTH;
    int[] sizes = {rows * 2 * LENGTH, rows * 6, rows * 8};
    byte[] kept = new byte[TorchModel.dropoutValues(config, USERS, LENGTH)];
    Arrays.fill(kept, (byte) 1);
    int second = rows * 8 + Arrays.stream(sizes).sum();
    int from = second + Arrays.stream(sizes).limit(kind).sum();
    assertThat(loss(config, weights, examples, new DropoutMask(kept, 0)))
        .isEqualTo(loss(config, weights, examples, DropoutMask.NONE));
    Arrays.fill(kept, from, from + sizes[kind], (byte) 0);
    double dropped = loss(config, weights, examples, new DropoutMask(kept, 0));
    List<float[]> last = weights.blocks().getLast().tensors();
    // Attention: its output map has nothing to map. Hidden layer: W2 has nothing. Output: nor b2.
    List<Integer> without = List.of(List.of(2), List.of(6), List.of(6, 7)).get(kind);
    without.forEach(tensor -> Arrays.fill(last.get(tensor), 0));
    assertThat(dropped).isCloseTo(loss(config, weights, examples, DropoutMask.NONE), within(1e-5));
  }

  @Test
  void blocksAreThoseOfTheirArchitecture() {
    SasRecConfig config = RandomModels.sasRec(11, 6, 2, 8, 2, 5, 1);
    BlockWeights block = RandomModels.weights(config, 1).blocks().getFirst();
    assertThat(BlockWeights.of(config, block.tensors())).isEqualTo(block);
  }

  private static double loss(
      NetworkConfig config, ModelWeights weights, PaddedExamples examples, DropoutMask mask) {
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel model = new TorchModel(memory, config)) {
      TorchParameters parameters = TorchParameters.of(memory, config, weights);
      return model.accumulate(memory, parameters, parameters.zerosLike(), examples, mask, 0, 0.1);
    }
  }

  private static PaddedExamples examples(Random random, SasRecConfig config) {
    int items = config.items() + 1;
    long[] slots = random.longs(USERS * (LENGTH + 1), 1, items).toArray();
    float[] weights = new float[USERS * LENGTH];
    Arrays.fill(weights, 1);
    long[] negatives = random.longs(USERS * 4, 1, items).toArray();
    return new PaddedExamples(
        USERS, LENGTH, slots, new long[slots.length], new long[0], weights, negatives, 4);
  }

  private static SupervisedBatch batch(
      Random random, SasRecConfig config, double secondTargetWeight) {
    HistoryBatch histories =
        HistoryBatch.of(RandomHistories.histories(random, config, 4), config.window());
    int rows = histories.items().length;
    int[] targets = random.ints(rows, 1, config.items() + 1).toArray();
    for (int b = 0; b < histories.users(); b++) {
      // Each event's target is the event after it.
      int first = histories.offsets()[b];
      System.arraycopy(histories.items(), first + 1, targets, first, histories.length(b) - 1);
    }
    return new SupervisedBatch(
        histories,
        targets,
        random.ints(rows * 5L, 1, config.items() + 1).toArray(),
        5,
        secondTargetWeight);
  }

  /// Layer norms over one or two values forget almost everything and magnify rounding.
  private static SasRecConfig shapes(Random random) {
    int heads = 1 + random.nextInt(3);
    int maxEvents = 1 + random.nextInt(12);
    return new SasRecConfig(
        1 + random.nextInt(30),
        maxEvents,
        1 + random.nextInt(3),
        heads * (4 + random.nextInt(4)),
        heads,
        1 + random.nextInt(9),
        1 + random.nextInt(3),
        0.05,
        1 + random.nextInt(maxEvents),
        random.nextBoolean() ? ModelFeatures.NONE : new ModelFeatures(List.of(), List.of(1f, 2f)));
  }

  private static void assertClose(double[] values, double[] expected, double tolerance) {
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i]).isCloseTo(expected[i], within(tolerance));
    }
  }
}
