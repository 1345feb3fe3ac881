package dev.hstu.encoder.training;

import java.nio.file.Path;

/// Watches a training, in its own thread: what a method takes, the training waits. An exception
/// stops the training where it is, as a crash would; it can be resumed.
public interface TrainingListener {

  /// Before the first step.
  default void onStart(TrainingPlan plan) {}

  /// After every update.
  default void onStep(StepProgress progress) {}

  /// After an epoch's last update and its selection.
  default void onEpoch(EpochSummary summary) {}

  /// After a checkpoint is durable.
  ///
  /// @param step updates it contains
  default void onCheckpoint(Path file, long step) {}
}
