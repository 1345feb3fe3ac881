package dev.hstu.retrieval.receipts;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// What receipts say.
///
/// @param share of the answers put aside
/// @param outcomes how many answers put aside came to what
/// @param waiting answers put aside and not looked at yet
/// @param cpuSeconds used so far
/// @param generations newest first
public record RecallReport(
    double share,
    Map<SampleOutcome, Long> outcomes,
    int waiting,
    double cpuSeconds,
    List<OfGeneration> generations) {

  public RecallReport {
    outcomes = Map.copyOf(outcomes);
    generations = List.copyOf(generations);
  }

  /// Of one generation.
  ///
  /// @param overall null without a sample, as all below
  /// @param recent of the last 500 samples
  /// @param baseline what decay is judged against; empty until it is known
  /// @param measuredByBuild whether the baseline is the build's, else the first samples'
  /// @param decayed whether recall has fallen below the baseline and not come back
  /// @param bySelectivity by [Selectivity#label]
  public record OfGeneration(
      String generation,
      @Nullable RecallInterval overall,
      @Nullable RecallInterval recent,
      OptionalDouble baseline,
      boolean measuredByBuild,
      boolean decayed,
      Map<String, RecallInterval> bySelectivity) {}
}
