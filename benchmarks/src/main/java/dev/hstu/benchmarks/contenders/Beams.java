package dev.hstu.benchmarks.contenders;

import dev.hstu.index.search.SearchOptions;

/// The beams tried with a graph.
final class Beams {

  /// Widest beam over k.
  private static final int MOST_PER_CANDIDATE = 40;

  private Beams() {}

  static Efforts of(int k, int rows) {
    int most = Math.min(SearchOptions.MAX_BEAM, MOST_PER_CANDIDATE * k);
    return Efforts.between("beam", k, Math.max(k, Math.min(most, rows)));
  }
}
