package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;
import java.util.BitSet;

/// What everybody gets without a model: items by number of events before the targets, ties by row,
/// seen ones left out. The least a model must beat.
public final class PopularityBaseline {

  /// A count below every count.
  private static final long UNRANKED = -1;

  private final int[] rankOfItem;

  /// @param popularity events by item row, index 0 unused
  public PopularityBaseline(long[] popularity) {
    this(popularity, RankedItems.ALL);
  }

  /// @param ranked all others come after these
  PopularityBaseline(long[] popularity, RankedItems ranked) {
    long[] byPopularity = new long[popularity.length - 1];
    for (int i = 0; i < byPopularity.length; i++) {
      byPopularity[i] = key(ranked.contains(i + 1) ? popularity[i + 1] : UNRANKED, i + 1);
    }
    Arrays.sort(byPopularity);
    rankOfItem = new int[popularity.length];
    for (int r = 0; r < byPopularity.length; r++) {
      rankOfItem[(int) byPopularity[r]] = r + 1;
    }
  }

  /// Orders by count, the highest first, then by row, in one comparison; counts beyond an int rank
  /// alike.
  private static long key(long count, int item) {
    long less = (long) Integer.MAX_VALUE - Math.clamp(count - UNRANKED, 0, Integer.MAX_VALUE);
    return less << Integer.SIZE | item;
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
