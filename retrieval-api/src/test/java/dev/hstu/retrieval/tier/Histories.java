package dev.hstu.retrieval.tier;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/// Seeded histories, and what the reference engine makes of them.
final class Histories {

  static final int ITEMS = 50;
  static final int DIMENSION = 16;

  private static final int MAX_EVENTS = 20;
  private static final HstuConfig CONFIG =
      new HstuConfig(ITEMS, MAX_EVENTS, 3, DIMENSION, 2, 8, 8, 2, 0.05, 1);

  private Histories() {}

  /// A small model of random weights.
  static ReferenceEncoder encoder() {
    Random random = new Random(3);
    List<BlockWeights> blocks = new ArrayList<>();
    for (int i = 0; i < CONFIG.blocks(); i++) {
      blocks.add(
          new HstuBlock(
              normal(random, DIMENSION * CONFIG.projectionWidth()),
              normal(random, DIMENSION * CONFIG.heads() * CONFIG.valueDim()),
              normal(random, DIMENSION),
              normal(random, 2 * CONFIG.slots() - 1),
              normal(random, HstuConfig.TIME_BUCKETS + 1)));
    }
    ModelWeights weights =
        new ModelWeights(
            MemorySegment.ofArray(normal(random, (ITEMS + 1) * DIMENSION)),
            normal(random, CONFIG.slots() * DIMENSION),
            blocks);
    return new ReferenceEncoder(CONFIG, weights, Precision.FLOAT32);
  }

  /// So many users with 1 to 30 events, of which the model keeps 20.
  static HistoryBatch of(long seed, int users) {
    Random random = new Random(seed);
    List<UserHistory> histories = new ArrayList<>();
    for (int b = 0; b < users; b++) {
      int events = 1 + random.nextInt(30);
      long[] times = LongStream.range(0, events).map(i -> 500 * i + random.nextInt(400)).toArray();
      histories.add(
          new UserHistory(
              random.ints(events, 1, ITEMS + 1).toArray(),
              times,
              times[events - 1] + random.nextInt(100_000)));
    }
    return HistoryBatch.of(histories, CONFIG.window());
  }

  /// One user with an item that no model of this size has.
  static HistoryBatch unknownItem() {
    return new HistoryBatch(
        new int[] {0, 1}, new int[] {ITEMS + 1}, new long[] {1}, new long[] {2});
  }

  /// What the engine makes of a batch by itself.
  static float[] alone(HistoryBatch batch) {
    float[] embeddings = new float[batch.users() * DIMENSION];
    encoder().encode(batch, embeddings);
    return embeddings;
  }

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * 0.3);
    }
    return values;
  }
}
