package dev.hstu.index.tune;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemIndex;
import java.util.List;

/// A build whose index a tuning chose: once it is built, the search of all items is calibrated.
///
/// @param tuning what chose it
/// @param queries to calibrate with, float `[dimension]` each; where empty, stand-ins are made
public record TunedBuild(Tuning tuning, List<float[]> queries) {

  public TunedBuild {
    queries = List.copyOf(queries);
  }

  /// The search that promises the recall over all items, or the most thorough one.
  public SearchPoint calibrate(ItemIndex index, IndexSettings settings, VectorMatrix vectors) {
    return Autopilot.calibrate(
        index, settings, new ExactScan(vectors), vectors, queries, tuning.goal());
  }
}
