package dev.hstu.encoder.training;

import dev.hstu.encoder.compute.torch.MicroBatches;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.Random;

/// A training of milliseconds whose pattern is planted: after item `i` comes item `i + 1`, around a
/// circle.
final class TinyTraining {

  static final int ITEMS = 12;
  static final int USERS = 17;

  private TinyTraining() {}

  /// Users of 2 to 20 events; user 3 has one and user 5 none.
  static TrainingData data(long seed) {
    return data(seed, ITEMS);
  }

  /// As many users over a circle of another size, whose first items are the same.
  static TrainingData data(long seed, int count) {
    Random random = new Random(seed);
    long[] offsets = new long[USERS + 1];
    for (int u = 0; u < USERS; u++) {
      int events = u == 3 ? 1 : u == 5 ? 0 : 2 + random.nextInt(19);
      offsets[u + 1] = offsets[u] + events;
    }
    int events = (int) offsets[USERS];
    int[] items = new int[events];
    long[] times = new long[events];
    for (int u = 0; u < USERS; u++) {
      int item = random.nextInt(count);
      long now = 1_000_000L + random.nextInt(1_000_000);
      for (int e = (int) offsets[u]; e < offsets[u + 1]; e++) {
        items[e] = 1 + item;
        times[e] = now;
        item = (item + 1) % count;
        now += random.nextInt(500);
      }
    }
    InteractionLog log = new InteractionLog(offsets, items, times, new float[events]);
    return new TrainingData(log, RandomModels.ids(count), new Clock.Wall());
  }

  /// Three epochs of four steps, each step in several micro-batches for two workers.
  static TrainingSettings settings() {
    HstuConfig model = new HstuConfig(ITEMS, 8, 2, 8, 2, 4, 4, 2, 0.05, 1);
    return TrainingPresets.named("small", ITEMS)
        .withModel(model)
        .withEpochs(3)
        .withBatchUsers(4)
        .withNegatives(5, NegativeSampling.PER_USER)
        .withDevice("cpu", 2)
        .withMicroBatches(new MicroBatches(80, 20))
        .withCheckpointSeconds(3_600);
  }
}
