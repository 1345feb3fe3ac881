package dev.hstu.index.tune;

import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Queries with the exact answers to them: what ways of searching are measured on.
///
/// For one thread.
final class QuerySample {

  /// Queries of one exact sweep: they share the reading of the vectors.
  private static final int BATCH = 32;

  /// Times every query is asked. The least time of them is the query's: what is slower than that
  /// was another process.
  private static final int TIMED_PASSES = 3;

  private final float[][] queries;
  private final int k;

  /// Score of the last exact candidate, and how many there are, by query.
  private final float[] floors;

  private final int[] wanted;
  private final Candidates found;

  private QuerySample(float[][] queries, int k, float[] floors, int[] wanted) {
    this.queries = queries;
    this.k = k;
    this.floors = floors;
    this.wanted = wanted;
    this.found = new Candidates(k);
  }

  /// Finds the exact answers.
  ///
  /// @param queries at least one, float `[dimension]` each; not copied
  static QuerySample of(ExactScan scan, List<float[]> queries, int k) {
    float[][] all = queries.toArray(float[][]::new);
    float[] floors = new float[all.length];
    int[] wanted = new int[all.length];
    List<Candidates> targets = new ArrayList<>();
    for (int i = 0; i < Math.min(BATCH, all.length); i++) {
      targets.add(new Candidates(k));
    }
    for (int first = 0; first < all.length; first += BATCH) {
      float[][] batch = Arrays.copyOfRange(all, first, Math.min(first + BATCH, all.length));
      List<ItemFilter> filters = Collections.nCopies(batch.length, ItemFilter.all());
      scan.searchBatch(batch, k, filters, SearchOptions.EXACT, targets);
      for (int i = 0; i < batch.length; i++) {
        Candidates exact = targets.get(i);
        wanted[first + i] = exact.size();
        floors[first + i] = exact.size() == 0 ? 0 : exact.score(exact.size() - 1);
      }
    }
    return new QuerySample(all, k, floors, wanted);
  }

  /// Asks every query once and counts what was found of the exact answers.
  Recall recall(ItemIndex index, SearchOptions options) {
    double sum = 0;
    double squares = 0;
    for (int q = 0; q < queries.length; q++) {
      index.search(queries[q], k, ItemFilter.all(), options, found);
      double share = share(q);
      sum += share;
      squares += share * share;
    }
    double mean = sum / queries.length;
    double variance = Math.max(0, squares / queries.length - mean * mean);
    return new Recall(mean, Math.sqrt(variance / queries.length));
  }

  /// Asks every query a few times, one at a time on this thread.
  Latency latency(ItemIndex index, SearchOptions options) {
    long[] nanos = new long[queries.length];
    Arrays.fill(nanos, Long.MAX_VALUE);
    for (int pass = 0; pass < TIMED_PASSES; pass++) {
      for (int q = 0; q < queries.length; q++) {
        long start = System.nanoTime();
        index.search(queries[q], k, ItemFilter.all(), options, found);
        nanos[q] = Math.min(nanos[q], System.nanoTime() - start);
      }
    }
    Arrays.sort(nanos);
    return new Latency(quantile(nanos, 0.5), quantile(nanos, 0.99));
  }

  /// A returned item counts when its score reaches the last exact one, so that ties can't lower it.
  private double share(int q) {
    if (wanted[q] == 0) {
      return 1;
    }
    int reached = 0;
    while (reached < found.size() && found.score(reached) >= floors[q]) {
      reached++;
    }
    return (double) Math.min(reached, wanted[q]) / wanted[q];
  }

  private static double quantile(long[] sorted, double share) {
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(1, rank) - 1] / 1e3;
  }

  /// @param mean over the queries
  /// @param standardError of that mean
  record Recall(double mean, double standardError) {}

  /// Microseconds of one search.
  record Latency(double p50Micros, double p99Micros) {}
}
