package dev.hstu.retrieval.receipts;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;

/// The recall that a generation's build measured, by the names of its evaluation's summary.
final class BuildRecall {

  /// Of the index asked as a service asks it; the depth nearest to most requests'.
  private static final String PREFIX = "index.";

  private static final String SUFFIX = ".recall@100";

  private BuildRecall() {}

  /// The mean over what the evaluation left out of the rankings.
  ///
  /// @param evaluation [dev.hstu.index.generation.GenerationManifest#evaluation]
  static OptionalDouble of(SortedMap<String, Double> evaluation) {
    return evaluation.entrySet().stream()
        .filter(figure -> figure.getKey().startsWith(PREFIX) && figure.getKey().endsWith(SUFFIX))
        .mapToDouble(Map.Entry::getValue)
        .average();
  }
}
