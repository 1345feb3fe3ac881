package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.util.List;
import java.util.function.Consumer;
import org.roaringbitmap.RoaringBitmap;

/// Ranks the whole catalogue for one case after another; the scratch memory of one worker.
/// Catalogue rows here are 0-based: item row minus one.
final class CaseRanker {

  private final ExactScan scan;
  private final float[] scores;
  private final Candidates exact = new Candidates(RankingMetrics.DEEPEST);
  private final Candidates approximate = new Candidates(RankingMetrics.DEEPEST);

  CaseRanker(ExactScan scan) {
    this.scan = scan;
    this.scores = new float[scan.size()];
  }

  /// Scores every item for this user; the calls below rank by these scores.
  void score(float[] user) {
    scan.scoreAll(user, scores);
  }

  /// The target's exact rank among rows not in `seen`: one more than the number of better scores,
  /// equal ones counting as better when their row comes first.
  ///
  /// @return 1 for the first, or 0 where the target itself is in `seen`
  long exactRank(int targetRow, RoaringBitmap seen) {
    if (seen.contains(targetRow)) {
      return 0;
    }
    float target = scores[targetRow];
    long better = 0;
    for (int row = 0; row < scores.length; row++) {
      if (isBetter(row, targetRow, target)) {
        better++;
      }
    }
    for (int row : seen) {
      if (isBetter(row, targetRow, target)) {
        better--;
      }
    }
    return better + 1;
  }

  private boolean isBetter(int row, int targetRow, float target) {
    return scores[row] > target || (scores[row] == target && row < targetRow);
  }

  /// Asks the index as each of `measures` does and counts recall and the target's rank there. One
  /// exact scan serves them all: its first k are the exact answer to a search for k.
  ///
  /// @param listener hears the first measure's deepest answer, which is overwritten afterwards
  void rankThrough(
      ItemIndex index,
      List<IndexMeasure> measures,
      float[] user,
      int targetRow,
      RoaringBitmap seen,
      Consumer<Candidates> listener) {
    ItemFilter filter = ItemFilter.excluding(seen);
    scan.search(user, RankingMetrics.DEEPEST, filter, SearchOptions.EXACT, exact);
    for (IndexMeasure measure : measures) {
      rankThrough(index, measure, user, targetRow, filter);
      if (measure == measures.getFirst()) {
        listener.accept(approximate);
      }
    }
  }

  private void rankThrough(
      ItemIndex index, IndexMeasure measure, float[] user, int targetRow, ItemFilter filter) {
    long rank = 0;
    for (int depth = 0; depth < IndexMeasure.DEPTHS.length; depth++) {
      int k = IndexMeasure.DEPTHS[depth];
      index.search(user, k, filter, measure.options(), approximate);
      measure.addSearch(depth, exact, approximate);
      if (rank == 0) {
        rank = rankIn(approximate, targetRow);
      }
    }
    measure.addRank(rank);
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
  static RoaringBitmap seenRows(UserHistory history, int start) {
    RoaringBitmap rows = new RoaringBitmap();
    for (int e = start; e < history.length(); e++) {
      rows.add(history.items()[e] - 1);
    }
    return rows;
  }
}
