package dev.hstu.benchmarks.search;

/// What is asked of every contender.
///
/// @param k how many of the best
/// @param recall to reach at least, above 0 and at most 1
public record Target(int k, double recall) {

  public Target {
    if (k < 1) {
      throw new IllegalArgumentException("k=%d must be at least 1".formatted(k));
    }
    if (!(recall > 0 && recall <= 1)) {
      throw new IllegalArgumentException(
          "recall=%s must be above 0 and at most 1".formatted(recall));
    }
  }
}
