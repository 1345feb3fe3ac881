package dev.hstu.retrieval.gate;

import dev.hstu.index.generation.Generation;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How long single searches take on this machine, one thread, the index warm from the ranking
/// before.
final class SearchLatency {

  private static final double NANOS_PER_MILLI = 1e6;

  private SearchLatency() {}

  /// The 99th percentile of one search a user; 0 without users.
  ///
  /// @param users embeddings, null where there is none
  static double p99Millis(Generation generation, float @Nullable [][] users) {
    float[][] queries = Arrays.stream(users).filter(Objects::nonNull).toArray(float[][]::new);
    if (queries.length == 0) {
      return 0;
    }
    Candidates found = new Candidates(RankingMetrics.DEEPEST);
    SearchOptions options = generation.searchOptions();
    long[] nanos = new long[queries.length];
    for (int i = 0; i < queries.length; i++) {
      long start = System.nanoTime();
      generation
          .index()
          .search(queries[i], RankingMetrics.DEEPEST, ItemFilter.all(), options, found);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos[(int) Math.ceil(nanos.length * 0.99) - 1] / NANOS_PER_MILLI;
  }
}
