package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.RankCounter;
import dev.hstu.index.search.SearchOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Ranks the whole catalogue for one case after another; the scratch memory of one worker.
/// Catalogue rows here are 0-based: item row minus one.
public final class CaseRanker {

  private final ExactScan scan;
  private final RankCounter counter;
  private final Candidates exact = new Candidates(RankingMetrics.DEEPEST);
  private final Candidates approximate = new Candidates(RankingMetrics.DEEPEST);

  /// Where vectors of a list are added up.
  private final float[][] sums;

  public CaseRanker(ExactScan scan) {
    this.scan = scan;
    this.counter = scan.rankCounter();
    this.sums = new float[2][scan.dimension()];
  }

  /// For each user the rows that score better than the target, seen ones among them; of equal
  /// scores the lower row is the better.
  public int[] countBetter(float[][] users, int[] targetRows) {
    return counter.countBetter(users, targetRows);
  }

  /// The target's exact rank among rows not in `seen`.
  ///
  /// @param better rows that score better than the target, as [#countBetter] has it
  /// @return 1 for the first, or 0 where the target itself is in `seen`
  public long exactRank(float[] user, int targetRow, int better, RoaringBitmap seen) {
    return seen.contains(targetRow) ? 0 : better - countBetterIn(user, targetRow, seen) + 1L;
  }

  /// The target's exact rank among some rows only, with or without its own, that are not in `seen`.
  ///
  /// @return 1 for the first, or 0 where the target itself is in `seen`
  public long rankAmong(float[] user, int targetRow, RoaringBitmap candidates, RoaringBitmap seen) {
    RoaringBitmap left = RoaringBitmap.andNot(candidates, seen);
    return seen.contains(targetRow) ? 0 : countBetterIn(user, targetRow, left) + 1L;
  }

  private int countBetterIn(float[] user, int targetRow, RoaringBitmap rows) {
    float target = scan.score(user, targetRow);
    int better = 0;
    for (int row : rows) {
      float score = scan.score(user, row);
      better += score > target || (score == target && row < targetRow) ? 1 : 0;
    }
    return better;
  }

  /// The exact best for a user, overwritten by the next search.
  Candidates exactBest(float[] user, int k, RoaringBitmap seen) {
    scan.search(user, k, ItemFilter.excluding(seen), SearchOptions.EXACT, exact);
    return exact;
  }

  /// Asks the index as each of `measures` does and counts recall and the target's rank there.
  ///
  /// @param truth the exact answer to a search for the deepest k, or null where recall isn't
  ///     measured; its first k are the exact answer to a search for k
  /// @param ranks filled with the target's rank by each measure, 0 where it was not returned
  /// @return the first measure's deepest answer, overwritten by the next search
  Candidates rankThrough(
      ItemIndex index,
      List<IndexMeasure> measures,
      float[] user,
      int targetRow,
      RoaringBitmap seen,
      @Nullable Candidates truth,
      long[] ranks) {
    ItemFilter filter = ItemFilter.excluding(seen);
    // The first measure comes last, so that its answer stays.
    for (int m = measures.size() - 1; m >= 0; m--) {
      IndexMeasure measure = measures.get(m);
      ranks[m] = 0;
      for (int depth = 0; depth < IndexMeasure.DEPTHS.length; depth++) {
        int k = IndexMeasure.DEPTHS[depth];
        index.search(user, k, filter, measure.options(), approximate);
        measure.addSearch(depth, truth, approximate);
        if (ranks[m] == 0) {
          ranks[m] = rankIn(approximate, targetRow);
        }
      }
      measure.addRank(ranks[m]);
    }
    return approximate;
  }

  /// Adds a list to the counts of each length.
  void addList(List<ListCounts> counts, Candidates list, int targetRow) {
    counts.forEach(count -> count.add(list, targetRow, scan, sums));
  }

  private static long rankIn(Candidates candidates, int targetRow) {
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.row(i) == targetRow) {
        return i + 1L;
      }
    }
    return 0;
  }

  /// Catalogue rows of the events that count as seen.
  public static RoaringBitmap seenRows(UserHistory history, int start) {
    RoaringBitmap rows = new RoaringBitmap();
    for (int e = start; e < history.length(); e++) {
      rows.add(history.items()[e] - 1);
    }
    return rows;
  }
}
