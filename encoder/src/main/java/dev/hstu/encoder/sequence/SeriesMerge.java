package dev.hstu.encoder.sequence;

import java.util.Arrays;
import java.util.stream.IntStream;

/// One user's events and slow series as one sequence of tokens (arXiv 2402.17152, section 2.1).
///
/// Order is by time; an entry that holds since the time of an event stands before it, and one later
/// than the request time doesn't exist yet. Of more tokens than the window holds the newest stay,
/// and before them what was in force when they began: for each series with an entry cut off, the
/// last of them. So a gender known from the beginning stays with the longest history, at the cost
/// of one event. Kept tokens are as many as there are, or exactly `maxEvents`.
final class SeriesMerge {

  private final UserHistory history;
  private final SeriesEntries entries;
  private final HistoryWindow window;

  /// Events by their place, entries by the complement of theirs.
  private final int[] tokens;

  private SeriesMerge(UserHistory history, HistoryWindow window) {
    this.history = history;
    this.entries = history.series();
    this.window = window;
    this.tokens = inOrderOfTime();
  }

  static UserHistory of(UserHistory history, HistoryWindow window) {
    return new SeriesMerge(history, window).kept();
  }

  private int[] inOrderOfTime() {
    int known = entries.countUntil(history.requestTime());
    int[] order = new int[history.length() + known];
    int event = 0;
    int entry = 0;
    for (int i = 0; i < order.length; i++) {
      boolean entryNext =
          entry < known
              && (event == history.length() || entries.times()[entry] <= history.times()[event]);
      order[i] = entryNext ? ~entry++ : event++;
    }
    return order;
  }

  private UserHistory kept() {
    int[] inForce = new int[1 + Arrays.stream(entries.series()).max().orElse(-1)];
    Arrays.fill(inForce, -1);
    int carried = 0;
    int start = 0;
    while (tokens.length - start + carried > window.maxEvents() && start < tokens.length) {
      int entry = ~tokens[start++];
      if (entry >= 0) {
        carried += inForce[entries.series()[entry]] < 0 ? 1 : 0;
        inForce[entries.series()[entry]] = entry;
      }
    }
    if (carried >= window.maxEvents()) {
      throw new IllegalArgumentException(
          "a window of %d events has no room for events beside %d series; keep more events"
              .formatted(window.maxEvents(), carried));
    }
    int[] kept =
        IntStream.concat(
                Arrays.stream(inForce).filter(entry -> entry >= 0).sorted().map(entry -> ~entry),
                Arrays.stream(tokens, start, tokens.length))
            .toArray();
    return sequence(kept);
  }

  private UserHistory sequence(int[] kept) {
    int[] rows = new int[kept.length];
    long[] times = new long[kept.length];
    float[] actions = new float[history.actions().length == 0 ? 0 : kept.length];
    long next = history.requestTime();
    for (int i = kept.length - 1; i >= 0; i--) {
      boolean event = kept[i] >= 0;
      int at = event ? kept[i] : ~kept[i];
      long time = event ? history.times()[at] : entries.times()[at];
      rows[i] = event ? history.items()[at] : entries.rows()[at];
      times[i] = time == SeriesEntries.ALWAYS ? next : time;
      next = times[i];
      if (actions.length > 0) {
        actions[i] = event ? history.actions()[at] : Float.NaN;
      }
    }
    return new UserHistory(rows, times, actions, history.requestTime());
  }
}
