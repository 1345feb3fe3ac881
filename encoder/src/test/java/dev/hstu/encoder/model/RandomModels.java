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

  /// Shapes in the order of [HstuConfig], with hop 1.
  public static HstuConfig config(
      int items, int maxEvents, int outputSlots, int d, int heads, int dqk, int dv, int blocks) {
    return new HstuConfig(items, maxEvents, outputSlots, d, heads, dqk, dv, blocks, 0.05, 1);
  }

  public static Model model(HstuConfig config, long seed) {
    return new Model(config, new Clock.Wall(), ids(config.items()), weights(config, seed));
  }

  /// Ids 1000, 1001, …
  public static IdTable ids(int items) {
    return IdTable.ofLongs(LongStream.range(1000, 1000L + items).toArray());
  }

  public static HstuWeights weights(HstuConfig config, long seed) {
    Random random = new Random(seed);
    int d = config.embeddingDim();
    float[] items = normal(random, (config.items() + 1) * d, 0.3);
    float[] positions = normal(random, config.slots() * d, 0.3);
    List<HstuWeights.Block> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      blocks.add(
          new HstuWeights.Block(
              normal(random, d * config.projectionWidth(), 0.4),
              normal(random, d * config.heads() * config.valueDim(), 0.3),
              normal(random, d, 0.2),
              normal(random, 2 * config.slots() - 1, 0.5),
              normal(random, HstuConfig.TIME_BUCKETS + 1, 0.5)));
    }
    return new HstuWeights(
        MemorySegment.ofArray(items),
        positions,
        blocks,
        normal(random, config.features().labelRows() * d, 0.3),
        normal(random, config.features().actionRows() * d, 0.3),
        normal(random, config.features().seriesRows() * d, 0.3));
  }

  private static float[] normal(Random random, int count, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }
}
