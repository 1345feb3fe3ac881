package dev.hstu.retrieval.tune;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.tune.TunedBuild;
import dev.hstu.index.tune.TuningGoal;
import dev.hstu.index.tune.TuningListener;
import dev.hstu.index.tune.TuningSettings;
import java.io.IOException;

/// What index somebody wants: a certain one, or whatever suits the vectors.
///
/// @param settings of the index; where any suits, how graphs and partitions are built, the recall
///     and the number of shards
/// @param any whether the type is left open
public record IndexWish(IndexSettings settings, boolean any) {

  /// Up to so many items are scanned: a sweep of 20,000 vectors of 64 values takes some hundred
  /// microseconds, about what the least of the approximate searches takes, and has recall 1.
  public static final int SCANNED_ITEMS = 20_000;

  /// What is tuned for: the widest request that is common among ranking pipelines.
  private static final int K = 500;

  /// Whether only measuring tells.
  public boolean isMeasured(int items) {
    return any && items > SCANNED_ITEMS;
  }

  /// The index where nothing needs measuring.
  public IndexSettings unmeasured() {
    return any ? settings.withType(IndexType.EXACT) : settings;
  }

  /// Measures briefly which index reaches the recall fastest.
  public TunedBuild measure(
      VectorMatrix vectors, IndexTuning users, int workers, TuningListener listener)
      throws IOException {
    TuningGoal goal = new TuningGoal(settings.search().recall(), K, 0, 0);
    return users.tune(vectors, goal, TuningSettings.quick(settings, workers), listener);
  }
}
