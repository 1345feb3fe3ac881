package dev.hstu.index.tune;

import dev.hstu.index.search.IndexSettings;

/// Hears how far a tuning is.
@FunctionalInterface
public interface TuningListener {

  /// Another index is about to be built and measured.
  ///
  /// @param done measurements ended
  /// @param total a bound on all of them
  /// @param rows items of the sample
  void measuring(int done, int total, IndexSettings settings, int rows);

  /// Hears nothing.
  TuningListener NONE = (done, total, settings, rows) -> {};
}
