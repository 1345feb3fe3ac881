package dev.hstu.index;

import java.util.SortedMap;

/// An evaluation as it is stored with its generation.
///
/// @param json content of `evaluation.json`
/// @param html content of `evaluation.html`
/// @param summary figures by name for `generation.json`, e.g. `hr@100`; at most [#MAX_FIGURES]
public record GenerationEvaluation(String json, String html, SortedMap<String, Double> summary) {

  /// The summary is read by people in a list of generations.
  public static final int MAX_FIGURES = 100;

  public GenerationEvaluation {
    if (summary.size() > MAX_FIGURES) {
      throw new IllegalArgumentException(
          "summary has %d figures, at most %d; leave the rest to evaluation.json"
              .formatted(summary.size(), MAX_FIGURES));
    }
  }
}
