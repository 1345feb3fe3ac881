package dev.hstu.retrieval.evaluate;

import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPath;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one way of asking the index returned over all users: the targets' ranks, the recall against
/// the exact ranking at the depth asked for, and which path the searches took.
///
/// The index is asked once for each of [#DEPTHS], as a service asks it, since a deeper search is
/// also a better one at small ranks. A target not among the deepest answer counts as a miss, in MRR
/// too. Recall is measured for as many users as there is an exact answer for. Not thread-safe.
final class IndexMeasure {

  /// The k of the searches, ascending.
  static final int[] DEPTHS = {100, 500};

  private final String name;
  private final SearchOptions options;
  private final RankingMetrics metrics = new RankingMetrics();
  private final double[] recall = new double[DEPTHS.length];
  private final Map<SearchPath, Long> paths = new EnumMap<>(SearchPath.class);
  private long compared;

  /// @param name of the ranking in reports
  IndexMeasure(String name, SearchOptions options) {
    this.name = name;
    this.options = options;
  }

  SearchOptions options() {
    return options;
  }

  /// Counts one search at `DEPTHS[depth]`.
  ///
  /// @param exact the exact answer to the same search, at this depth or deeper; null where nobody
  ///     looked for it
  void addSearch(int depth, @Nullable Candidates exact, Candidates returned) {
    paths.merge(returned.path(), 1L, Long::sum);
    if (exact != null) {
      recall[depth] += recall(exact, DEPTHS[depth], returned);
      compared += depth == 0 ? 1 : 0;
    }
  }

  /// Counts one user's target; 0 where it was not returned.
  void addRank(long rank) {
    if (rank == 0) {
      metrics.addMiss();
    } else {
      metrics.add(rank);
    }
  }

  void addAll(IndexMeasure other) {
    metrics.addAll(other.metrics);
    compared += other.compared;
    for (int d = 0; d < recall.length; d++) {
      recall[d] += other.recall[d];
    }
    other.paths.forEach((path, count) -> paths.merge(path, count, Long::sum));
  }

  EvaluationReport.Ranking ranking(String seen) {
    Map<Integer, Double> means = new TreeMap<>();
    for (int d = 0; d < DEPTHS.length; d++) {
      means.put(DEPTHS[d], compared == 0 ? 1 : recall[d] / compared);
    }
    Map<String, Long> counts = new TreeMap<>();
    paths.forEach((path, count) -> counts.put(path.name().toLowerCase(Locale.ROOT), count));
    return new EvaluationReport.Ranking(name, seen, metrics.summary(), means, counts);
  }

  /// The share of the exact answer that was returned. A returned item counts when its score reaches
  /// the last exact one, so that ties cannot lower it.
  private static double recall(Candidates exact, int k, Candidates returned) {
    int wanted = Math.min(k, exact.size());
    if (wanted == 0) {
      return 1;
    }
    float floor = exact.score(wanted - 1);
    int found = 0;
    while (found < returned.size() && returned.score(found) >= floor) {
      found++;
    }
    return (double) found / wanted;
  }
}
