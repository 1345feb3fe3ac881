package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.encoder.sequence.UserHistory;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One case as an evaluation presents it, right or wrong. Items are rows `1..V` of the data. Arrays
/// are shared, not copied.
///
/// @param userId external id
/// @param history what the model is told
/// @param target the item to be found
/// @param targetTime when it was had
/// @param candidates what is ranked, or null for the whole catalogue
/// @param excluded what cannot be ranked, or null where a filter of the audit says so
public record AuditCase(
    String userId,
    UserHistory history,
    int target,
    long targetTime,
    int @Nullable [] candidates,
    int @Nullable [] excluded) {

  /// The same with the events that `kept` accepts by their place.
  AuditCase keepEvents(IntPredicate kept) {
    int[] left = IntStream.range(0, history.length()).filter(kept).toArray();
    int[] items = new int[left.length];
    long[] times = new long[left.length];
    float[] actions = new float[history.actions().length == 0 ? 0 : left.length];
    for (int e = 0; e < left.length; e++) {
      items[e] = history.items()[left[e]];
      times[e] = history.times()[left[e]];
      if (actions.length > 0) {
        actions[e] = history.actions()[left[e]];
      }
    }
    return withHistory(
        new UserHistory(items, times, actions, history.requestTime(), history.series()));
  }

  AuditCase withRequestTime(long seconds) {
    return withHistory(
        new UserHistory(
            history.items(), history.times(), history.actions(), seconds, history.series()));
  }

  AuditCase withWholeCatalogue() {
    return new AuditCase(userId, history, target, targetTime, null, excluded);
  }

  AuditCase withoutExclusions() {
    return new AuditCase(userId, history, target, targetTime, candidates, null);
  }

  private AuditCase withHistory(UserHistory other) {
    return new AuditCase(userId, other, target, targetTime, candidates, excluded);
  }
}
