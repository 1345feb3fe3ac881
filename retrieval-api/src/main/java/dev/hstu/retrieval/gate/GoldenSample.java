package dev.hstu.retrieval.gate;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdTableBuilder;
import dev.hstu.kernels.tables.IdType;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Draws [GoldenUsers] from prepared data.
final class GoldenSample {

  private static final long DAY_SECONDS = 86_400;

  /// Newest events that may be garbled, such as one dated 2038: of every thousand one, at most ten.
  private static final int MAX_GARBLED = 10;

  private static final int EVENTS_PER_GARBLED = 1_000;

  private final PreparedData data;
  private final InteractionLog log;
  private final int users;
  private final SplittableRandom random;

  GoldenSample(PreparedData data, int users, long seed) {
    this.data = data;
    this.log = data.log();
    this.users = users;
    this.random = new SplittableRandom(seed);
  }

  GoldenUsers draw() {
    long newest = newestEvent(log.times());
    int[] drawn = draw(newest);
    IdTableBuilder items = new IdTableBuilder(data.items().type());
    long[] offsets = new long[drawn.length + 1];
    for (int i = 0; i < drawn.length; i++) {
      offsets[i + 1] = offsets[i] + Math.min(log.length(drawn[i]), GoldenUsers.MAX_EVENTS + 1);
    }
    int events = Math.toIntExact(offsets[drawn.length]);
    int[] rows = new int[events];
    long[] times = new long[events];
    float[] actions = new float[events];
    for (int i = 0; i < drawn.length; i++) {
      int kept = (int) (offsets[i + 1] - offsets[i]);
      int source = log.start(drawn[i]) + log.length(drawn[i]) - kept;
      int target = (int) offsets[i];
      for (int e = 0; e < kept; e++) {
        rows[target + e] = add(items, log.items()[source + e] - 1) + 1;
      }
      System.arraycopy(log.times(), source, times, target, kept);
      System.arraycopy(log.actions(), source, actions, target, kept);
    }
    return new GoldenUsers(
        new InteractionLog(offsets, rows, times, actions),
        items.build(),
        data.clock().spec(),
        data.fingerprint(),
        newest);
  }

  private int add(IdTableBuilder items, int row) {
    IdTable ids = data.items();
    return ids.type() == IdType.INT64 ? items.add(ids.longAt(row)) : items.add(ids.idAt(row));
  }

  /// Rows of the users drawn, ascending.
  private int[] draw(long newest) {
    int[] eligible = withHistory();
    if (data.clock() instanceof Clock.Wall) {
      // Packed so that one sort of longs puts the newest truths first.
      long[] byAge = new long[eligible.length];
      int recent = 0;
      for (int i = 0; i < eligible.length; i++) {
        long age = Math.max(0, newest - truthTime(eligible[i]));
        recent += age <= DAY_SECONDS ? 1 : 0;
        byAge[i] = Math.min(age, Integer.MAX_VALUE) << Integer.SIZE | eligible[i];
      }
      Arrays.sort(byAge);
      int pool = Math.min(eligible.length, Math.max(recent, users));
      for (int i = 0; i < pool; i++) {
        eligible[i] = (int) byAge[i];
      }
      eligible = Arrays.copyOf(eligible, pool);
    }
    return choose(eligible);
  }

  /// Users with something before their last event.
  private int[] withHistory() {
    int[] found = new int[log.users()];
    int count = 0;
    for (int u = 0; u < log.users(); u++) {
      if (log.length(u) > 1) {
        found[count++] = u;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /// The first steps of a shuffle.
  private int[] choose(int[] pool) {
    int count = Math.min(users, pool.length);
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(pool.length - i);
      int chosen = pool[other];
      pool[other] = pool[i];
      pool[i] = chosen;
    }
    int[] chosen = Arrays.copyOf(pool, count);
    Arrays.sort(chosen);
    return chosen;
  }

  private long truthTime(int user) {
    return log.times()[log.start(user) + log.length(user) - 1];
  }

  /// The newest time once a few garbled ones are left out.
  private static long newestEvent(long[] times) {
    if (times.length == 0) {
      return 0;
    }
    int garbled = Math.min(MAX_GARBLED, times.length / EVENTS_PER_GARBLED);
    long[] newest = new long[garbled + 1];
    Arrays.fill(newest, Long.MIN_VALUE);
    for (long time : times) {
      if (time > newest[0]) {
        newest[0] = time;
        Arrays.sort(newest);
      }
    }
    return newest[0];
  }
}
