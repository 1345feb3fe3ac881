package dev.hstu.index.tune;

import dev.hstu.index.search.ItemIndex;

/// What an index is to reach.
///
/// @param recall mean share of the exact best k that a search returns, above 0 and below 1; 1 is
///     what the exact scan gives and needs no tuning
/// @param k candidates a search asks for, 1..[ItemIndex#MAX_K]
/// @param p99Millis milliseconds within which 99 of 100 searches end, one at a time on one thread;
///     0 where it doesn't matter
/// @param ramBytes heap, native memory and page cache together; 0 where it doesn't matter
public record TuningGoal(double recall, int k, double p99Millis, long ramBytes) {

  public TuningGoal {
    if (!(recall > 0 && recall < 1)) {
      throw new IllegalArgumentException(
          "recall=%s must be above 0 and below 1; the exact index needs no tuning"
              .formatted(recall));
    }
    if (k < 1 || k > ItemIndex.MAX_K) {
      throw new IllegalArgumentException("k=%d must be within 1..%d".formatted(k, ItemIndex.MAX_K));
    }
    if (!(p99Millis >= 0 && Double.isFinite(p99Millis))) {
      throw new IllegalArgumentException(
          "p99 of %s ms must be above 0, or 0 where it doesn't matter".formatted(p99Millis));
    }
    if (ramBytes < 0) {
      throw new IllegalArgumentException(
          "%d bytes of memory must be above 0, or 0 where it doesn't matter".formatted(ramBytes));
    }
  }
}
