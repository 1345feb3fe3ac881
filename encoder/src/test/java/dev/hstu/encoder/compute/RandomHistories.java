package dev.hstu.encoder.compute;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Seeded shapes and histories over what the golden files don't cover: one event, one head or
/// three, odd widths, equal times, far request times, more events than a window keeps.
public final class RandomHistories {

  private RandomHistories() {}

  /// Small shapes of every kind.
  public static HstuConfig config(Random random) {
    int maxEvents = 1 + random.nextInt(12);
    return new HstuConfig(
        1 + random.nextInt(30),
        maxEvents,
        1 + random.nextInt(3),
        1 + random.nextInt(9),
        1 + random.nextInt(3),
        1 + random.nextInt(6),
        1 + random.nextInt(6),
        1 + random.nextInt(3),
        0.05,
        1 + random.nextInt(maxEvents));
  }

  public static List<UserHistory> histories(Random random, ModelConfig config, int users) {
    List<UserHistory> histories = new ArrayList<>();
    for (int u = 0; u < users; u++) {
      histories.add(history(random, config, 1 + random.nextInt(2 * config.maxEvents())));
    }
    return histories;
  }

  public static UserHistory history(Random random, ModelConfig config, int events) {
    int[] items = new int[events];
    long[] times = new long[events];
    long now = random.nextInt(2_000_000_000);
    for (int e = 0; e < events; e++) {
      items[e] = 1 + random.nextInt(config.items());
      times[e] = now;
      boolean sameTime = random.nextInt(3) == 0;
      now += sameTime ? 0 : random.nextLong(1L << (1 + random.nextInt(25)));
    }
    return new UserHistory(items, times, now);
  }
}
