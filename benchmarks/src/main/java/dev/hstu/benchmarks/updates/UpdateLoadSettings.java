package dev.hstu.benchmarks.updates;

import java.time.Duration;

/// What is measured.
///
/// @param items of the generation
/// @param k candidates of each search
/// @param rate updates a second, one append each
/// @param quiet how long searches are measured before and after, without updates
/// @param busy how long they are measured beside updates
/// @param seed of vectors and of the order of updates
public record UpdateLoadSettings(
    int items, int k, int rate, Duration quiet, Duration busy, long seed) {

  public UpdateLoadSettings {
    if (items < 1 || k < 1 || rate < 1) {
      throw new IllegalArgumentException(
          "items=%d, k=%d and rate=%d must each be at least 1".formatted(items, k, rate));
    }
  }
}
