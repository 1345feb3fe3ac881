package dev.hstu.index;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import java.io.IOException;

/// Decides what index suits some vectors. Equal vectors give equal settings, so that a build
/// repeated gives the same content digest.
@FunctionalInterface
public interface IndexChoice {

  /// Up to so many items are scanned: a sweep of 20,000 vectors of 64 values takes some hundred
  /// microseconds, about what the least of the approximate searches takes, and has recall 1.
  int EXACT_ITEMS = 20_000;

  /// Settings for these vectors.
  IndexSettings choose(VectorMatrix vectors) throws IOException;

  /// Always these settings.
  static IndexChoice of(IndexSettings settings) {
    return vectors -> settings;
  }

  /// The exact scan up to [#EXACT_ITEMS], else the graph.
  ///
  /// @param wishes all but the type
  static IndexChoice bySize(IndexSettings wishes) {
    return vectors ->
        wishes.withType(vectors.rows() <= EXACT_ITEMS ? IndexType.EXACT : IndexType.GRAPH);
  }
}
