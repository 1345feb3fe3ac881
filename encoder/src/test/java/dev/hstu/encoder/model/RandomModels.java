package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.tables.IdTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/// Models with seeded random weights, large enough that every term of the forward pass shows.
public final class RandomModels {

  private RandomModels() {}

  /// Shapes in the order of [NetworkConfig], with hop 1.
  public static HstuConfig config(
      int items, int maxEvents, int outputSlots, int d, int heads, int dqk, int dv, int blocks) {
    return new HstuConfig(items, maxEvents, outputSlots, d, heads, dqk, dv, blocks, 0.05, 1);
  }

  public static SasRecConfig sasRec(
      int items, int maxEvents, int outputSlots, int d, int heads, int hidden, int blocks) {
    return new SasRecConfig(
        items, maxEvents, outputSlots, d, heads, hidden, blocks, 0.05, 1, ModelFeatures.NONE);
  }

  public static NetworkModel model(NetworkConfig config, long seed) {
    return new NetworkModel(config, new Clock.Wall(), ids(config.items()), weights(config, seed));
  }

  /// Members of these shapes, each with weights of its own.
  public static EnsembleModel ensemble(List<NetworkConfig> configs, long seed) {
    List<NetworkModel> members = new ArrayList<>();
    for (NetworkConfig config : configs) {
      members.add(model(config, seed + members.size()));
    }
    return new EnsembleModel(members);
  }

  /// Ids 1000, 1001, …
  public static IdTable ids(int items) {
    return IdTable.ofLongs(LongStream.range(1000, 1000L + items).toArray());
  }

  public static ModelWeights weights(NetworkConfig config, long seed) {
    Random random = new Random(seed);
    int d = config.embeddingDim();
    float[] items = normal(random, (config.items() + 1) * d, 0.3);
    float[] positions = normal(random, config.slots() * d, 0.3);
    List<BlockWeights> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      blocks.add(block(random, config));
    }
    return new ModelWeights(
        MemorySegment.ofArray(items),
        positions,
        blocks,
        normal(random, config.features().labelRows() * d, 0.3),
        normal(random, config.features().actionRows() * d, 0.3),
        normal(random, config.features().seriesRows() * d, 0.3));
  }

  private static BlockWeights block(Random random, NetworkConfig config) {
    return switch (config) {
      case HstuConfig hstu ->
          new HstuBlock(
              normal(random, hstu.embeddingDim() * hstu.projectionWidth(), 0.4),
              normal(random, hstu.embeddingDim() * hstu.heads() * hstu.valueDim(), 0.3),
              normal(random, hstu.embeddingDim(), 0.2),
              normal(random, 2 * hstu.slots() - 1, 0.5),
              normal(random, HstuConfig.TIME_BUCKETS + 1, 0.5));
      case SasRecConfig sasRec -> {
        int d = sasRec.embeddingDim();
        int hidden = sasRec.hiddenDim();
        yield new SasRecBlock(
            normal(random, 3 * d * d, 0.4),
            normal(random, 3 * d, 0.2),
            normal(random, d * d, 0.4),
            normal(random, d, 0.2),
            normal(random, hidden * d, 0.4),
            normal(random, hidden, 0.2),
            normal(random, d * hidden, 0.4),
            normal(random, d, 0.2));
      }
    };
  }

  private static float[] normal(Random random, int count, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }
}
