package dev.hstu.benchmarks.micro;

import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.kernels.tables.IdTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/// A model of given shapes with small random weights, and histories for it: what an encoder's speed
/// depends on, without training one.
public final class SeededModel {

  private static final float SPREAD = 0.02f;
  private static final int MEAN_GAP_SECONDS = 3_600;

  private SeededModel() {}

  public static Model of(HstuConfig config, long seed) {
    Random random = new Random(seed);
    int d = config.embeddingDim();
    List<BlockWeights> blocks = new ArrayList<>();
    for (int b = 0; b < config.blocks(); b++) {
      blocks.add(
          new HstuBlock(
              values(random, d * config.projectionWidth()),
              values(random, d * config.heads() * config.valueDim()),
              values(random, d),
              values(random, 2 * config.slots() - 1),
              values(random, HstuConfig.TIME_BUCKETS + 1)));
    }
    ModelWeights weights =
        new ModelWeights(
            MemorySegment.ofArray(values(random, (config.items() + 1) * d)),
            values(random, config.slots() * d),
            blocks);
    IdTable ids = IdTable.ofLongs(LongStream.rangeClosed(1, config.items()).toArray());
    return new NetworkModel(config, new Clock.Wall(), ids, weights);
  }

  /// Histories of exactly `events` events.
  public static List<UserHistory> histories(ModelConfig config, int users, int events, long seed) {
    Random random = new Random(seed);
    List<UserHistory> histories = new ArrayList<>(users);
    for (int u = 0; u < users; u++) {
      int[] items = random.ints(events, 1, config.items() + 1).toArray();
      long[] times = new long[events];
      long now = 1_700_000_000L;
      for (int e = 0; e < events; e++) {
        now += random.nextInt(2 * MEAN_GAP_SECONDS);
        times[e] = now;
      }
      histories.add(new UserHistory(items, times, now + random.nextInt(MEAN_GAP_SECONDS)));
    }
    return histories;
  }

  private static float[] values(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = SPREAD * (float) random.nextGaussian();
    }
    return values;
  }
}
