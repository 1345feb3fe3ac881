package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.util.Map;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/// Ranks the whole catalogue for one case after another; the scratch memory of one worker.
/// Catalogue rows here are 0-based: item row minus one.
final class CaseRanker {

  /// Depth at which the index is asked, and the depths at which its recall is counted.
  static final int DEPTH = 500;

  private static final int[] RECALL_CUTOFFS = {100, 500};

  private final ExactScan scan;
  private final float[] scores;
  private final Candidates exact = new Candidates(DEPTH);
  private final Candidates approximate = new Candidates(DEPTH);

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

  /// The target's rank in what the index returns for the same user and filter, and the recall of
  /// it.
  ///
  /// @param recall adds one user's recall
  /// @return 1 for the first, or 0 where the target is not returned
  long indexRank(
      float[] user, int targetRow, RoaringBitmap seen, ItemIndex index, RecallSum recall) {
    ItemFilter filter = ItemFilter.excluding(seen);
    index.search(user, DEPTH, filter, SearchOptions.DEFAULT, approximate);
    scan.search(user, DEPTH, filter, SearchOptions.DEFAULT, exact);
    recall.add(exact, approximate);
    for (int i = 0; i < approximate.size(); i++) {
      if (approximate.row(i) == targetRow) {
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

  /// Mean over users of the share of the exact top K that was returned among the first K. A
  /// returned item counts when its score reaches the exact K-th score, so that ties cannot lower
  /// it.
  static final class RecallSum {
    private final double[] sums = new double[RECALL_CUTOFFS.length];
    private long users;

    void add(Candidates exact, Candidates returned) {
      users++;
      for (int c = 0; c < RECALL_CUTOFFS.length; c++) {
        int depth = Math.min(RECALL_CUTOFFS[c], exact.size());
        if (depth == 0) {
          sums[c] += 1;
          continue;
        }
        float floor = exact.score(depth - 1);
        int found = 0;
        while (found < Math.min(depth, returned.size()) && returned.score(found) >= floor) {
          found++;
        }
        sums[c] += (double) found / depth;
      }
    }

    void addAll(RecallSum other) {
      users += other.users;
      for (int c = 0; c < sums.length; c++) {
        sums[c] += other.sums[c];
      }
    }

    Map<Integer, Double> means() {
      Map<Integer, Double> means = new TreeMap<>();
      for (int c = 0; c < RECALL_CUTOFFS.length; c++) {
        means.put(RECALL_CUTOFFS[c], users == 0 ? 1 : sums[c] / users);
      }
      return means;
    }
  }
}
