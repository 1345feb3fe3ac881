package dev.hstu.index.tune;

import dev.hstu.index.search.IndexSettings;

/// One index as it would be with all items, extrapolated from the samples.
///
/// @param settings with the search that reached the recall on the larger sample
/// @param recall there, mean over the queries
/// @param recallError standard error of that mean
/// @param p50Micros median of a search, microseconds, with all items
/// @param p99Micros with all items
/// @param ramBytes with everything a search reads in memory
/// @param codedRamBytes with float32 vectors left on disk where there are codes: what a search
///     reads for every item it passes. Rescoring then waits for the disk
/// @param buildSeconds with as many workers as here
/// @param outcome what became of it
public record TunedOption(
    IndexSettings settings,
    double recall,
    double recallError,
    double p50Micros,
    double p99Micros,
    long ramBytes,
    long codedRamBytes,
    double buildSeconds,
    Outcome outcome) {

  /// What became of an option.
  public enum Outcome {
    /// Nothing that meets the goal is faster.
    CHOSEN,
    /// Meets the goal; another is faster.
    MEETS_GOAL,
    /// No way of searching it promises the recall.
    MISSES_RECALL,
    /// Would not fit the memory.
    EXCEEDS_RAM,
    /// Would not end in time.
    EXCEEDS_P99
  }

  TunedOption withOutcome(Outcome other) {
    return new TunedOption(
        settings,
        recall,
        recallError,
        p50Micros,
        p99Micros,
        ramBytes,
        codedRamBytes,
        buildSeconds,
        other);
  }
}
