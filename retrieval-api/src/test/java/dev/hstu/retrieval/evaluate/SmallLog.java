package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.InteractionLog;
import java.util.ArrayList;
import java.util.List;

/// A log written user by user, for cases computed by hand.
final class SmallLog {

  private final List<Long> offsets = new ArrayList<>(List.of(0L));
  private final List<Integer> items = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private final List<Float> actions = new ArrayList<>();

  /// Adds an event of the user that is being written.
  SmallLog event(int item, long time, float action) {
    items.add(item);
    times.add(time);
    actions.add(action);
    return this;
  }

  /// Adds a user with these items, a second apart from `time` on, all of action 1.
  SmallLog user(long time, int... rows) {
    for (int i = 0; i < rows.length; i++) {
      event(rows[i], time + i, 1);
    }
    return endUser();
  }

  SmallLog endUser() {
    offsets.add((long) items.size());
    return this;
  }

  InteractionLog log() {
    float[] values = new float[actions.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = actions.get(i);
    }
    return new InteractionLog(
        offsets.stream().mapToLong(Long::longValue).toArray(),
        items.stream().mapToInt(Integer::intValue).toArray(),
        times.stream().mapToLong(Long::longValue).toArray(),
        values);
  }
}
