package dev.hstu.index;

import dev.hstu.index.live.CarryReport;

/// Hears how far a build is. Called now and then, by one thread at a time; cheap.
@FunctionalInterface
public interface BuildListener {

  /// Hears nothing.
  BuildListener NONE = (step, done, total) -> {};

  /// So much of a step is done. Steps come in their order, each first with 0 and last with its
  /// total; `done` doesn't fall within a step.
  ///
  /// @param total at least 0, the same for the whole step
  void at(BuildStep step, long done, long total);

  /// The updates that went into the build, once, after the check; not called where there were none.
  default void carried(CarryReport report) {}
}
