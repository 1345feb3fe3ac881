package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;
import java.util.BitSet;

/// What everybody gets without a model: items by number of events before the targets, ties by row,
/// seen ones left out. The least a model must beat.
public final class PopularityBaseline {

  private final int[] rankOfItem;

  /// @param popularity events by item row, index 0 unused
  public PopularityBaseline(long[] popularity) {
    Integer[] byPopularity = new Integer[popularity.length - 1];
    for (int i = 0; i < byPopularity.length; i++) {
      byPopularity[i] = i + 1;
    }
    Arrays.sort(
        byPopularity,
        (a, b) ->
            popularity[a] != popularity[b]
                ? Long.compare(popularity[b], popularity[a])
                : Integer.compare(a, b));
    rankOfItem = new int[popularity.length];
    for (int r = 0; r < byPopularity.length; r++) {
      rankOfItem[byPopularity[r]] = r + 1;
    }
  }

  /// The target's rank among the items that `seen` leaves.
  ///
  /// @return 1 for the first, or 0 where the target itself is left out
  public int rank(UserHistory history, int targetItem, SeenFilter seen, HistoryWindow window) {
    int better = 0;
    BitSet counted = new BitSet();
    for (int e = seen.start(history.length(), window); e < history.length(); e++) {
      int item = history.items()[e];
      if (item == targetItem) {
        return 0;
      }
      if (rankOfItem[item] < rankOfItem[targetItem] && !counted.get(item)) {
        counted.set(item);
        better++;
      }
    }
    return rankOfItem[targetItem] - better;
  }
}
