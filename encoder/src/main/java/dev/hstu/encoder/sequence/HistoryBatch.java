package dev.hstu.encoder.sequence;

import java.util.Arrays;
import java.util.List;

/// The kept windows of several users, end to end without padding (a "jagged" batch).
///
/// User `b` owns rows `offsets[b] .. offsets[b+1]-1` of `items` and `times`; every user has at
/// least one event. The arrays belong to the batch.
///
/// @param offsets int[B+1], ascending strictly, `offsets[0] == 0`
/// @param items int[offsets[B]], item rows `1..V`, and behind them those of slow series
/// @param times long[offsets[B]], seconds
/// @param actions float[offsets[B]], what was done at each event; NaN where it isn't known, and
///     empty where none is
/// @param requestTimes long[B], seconds
public record HistoryBatch(
    int[] offsets, int[] items, long[] times, float[] actions, long[] requestTimes) {

  private static final float[] NO_ACTIONS = {};

  public HistoryBatch {
    int users = requestTimes.length;
    if (offsets.length != users + 1 || offsets[0] != 0 || offsets[users] != items.length) {
      throw new IllegalArgumentException(
          "offsets must be %d ascending values from 0 to %d".formatted(users + 1, items.length));
    }
    if (times.length != items.length) {
      throw new IllegalArgumentException(
          "items has %d entries and times %d; give one time per item"
              .formatted(items.length, times.length));
    }
    if (actions.length != 0 && actions.length != items.length) {
      throw new IllegalArgumentException(
          "items has %d entries and actions %d; give one action per item, or none at all"
              .formatted(items.length, actions.length));
    }
    for (int b = 0; b < users; b++) {
      if (offsets[b + 1] <= offsets[b]) {
        throw new IllegalArgumentException(
            "user %d of the batch has no events; an encoder needs at least one".formatted(b));
      }
    }
  }

  /// A batch of events whose actions aren't known.
  public HistoryBatch(int[] offsets, int[] items, long[] times, long[] requestTimes) {
    this(offsets, items, times, NO_ACTIONS, requestTimes);
  }

  /// Merges each history's series in, cuts it to its window and lays the rest end to end.
  ///
  /// @throws IllegalArgumentException when a history is empty, naming its position
  public static HistoryBatch of(List<UserHistory> users, HistoryWindow window) {
    return ofTokens(users.stream().map(user -> user.merged(window)).toList(), window);
  }

  private static HistoryBatch ofTokens(List<UserHistory> histories, HistoryWindow window) {
    int users = histories.size();
    int[] offsets = new int[users + 1];
    for (int b = 0; b < users; b++) {
      offsets[b + 1] = offsets[b] + window.kept(histories.get(b).length());
    }
    int[] items = new int[offsets[users]];
    long[] times = new long[offsets[users]];
    float[] actions =
        histories.stream().anyMatch(h -> h.actions().length > 0)
            ? new float[items.length]
            : NO_ACTIONS;
    long[] requestTimes = new long[users];
    for (int b = 0; b < users; b++) {
      UserHistory history = histories.get(b);
      int kept = offsets[b + 1] - offsets[b];
      int start = history.length() - kept;
      System.arraycopy(history.items(), start, items, offsets[b], kept);
      System.arraycopy(history.times(), start, times, offsets[b], kept);
      if (history.actions().length > 0) {
        System.arraycopy(history.actions(), start, actions, offsets[b], kept);
      } else if (actions.length > 0) {
        Arrays.fill(actions, offsets[b], offsets[b + 1], Float.NaN);
      }
      requestTimes[b] = history.requestTime();
    }
    return new HistoryBatch(offsets, items, times, actions, requestTimes);
  }

  /// The users of several batches as one, in their order.
  public static HistoryBatch concat(List<HistoryBatch> batches) {
    if (batches.size() == 1) {
      return batches.getFirst();
    }
    int users = batches.stream().mapToInt(HistoryBatch::users).sum();
    int events = batches.stream().mapToInt(batch -> batch.items.length).sum();
    int[] offsets = new int[users + 1];
    int[] items = new int[events];
    long[] times = new long[events];
    boolean acted = batches.stream().anyMatch(batch -> batch.actions.length > 0);
    float[] actions = acted ? new float[events] : NO_ACTIONS;
    Arrays.fill(actions, Float.NaN);
    long[] requestTimes = new long[users];
    int user = 0;
    for (HistoryBatch batch : batches) {
      int event = offsets[user];
      System.arraycopy(batch.items, 0, items, event, batch.items.length);
      System.arraycopy(batch.times, 0, times, event, batch.times.length);
      System.arraycopy(batch.actions, 0, actions, acted ? event : 0, batch.actions.length);
      System.arraycopy(batch.requestTimes, 0, requestTimes, user, batch.users());
      for (int b = 1; b <= batch.users(); b++) {
        offsets[user + b] = event + batch.offsets[b];
      }
      user += batch.users();
    }
    return new HistoryBatch(offsets, items, times, actions, requestTimes);
  }

  public int users() {
    return requestTimes.length;
  }

  /// Kept events of user `b`, `L` of HSTU.md.
  public int length(int b) {
    return offsets[b + 1] - offsets[b];
  }

  /// Checks that a row of `dimension` values for each user fits into `target`.
  ///
  /// @throws IllegalArgumentException naming the length and the one needed
  public void requireRoom(float[] target, int dimension) {
    long needed = (long) users() * dimension;
    if (target.length < needed) {
      throw new IllegalArgumentException(
          "target has %d floats; %d users of %d need %d"
              .formatted(target.length, users(), dimension, needed));
    }
  }

  /// The longest kept history of the batch, 0 for an empty batch.
  public int maxLength() {
    int longest = 0;
    for (int b = 0; b < users(); b++) {
      longest = Math.max(longest, length(b));
    }
    return longest;
  }
}
