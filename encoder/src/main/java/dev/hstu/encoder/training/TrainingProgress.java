package dev.hstu.encoder.training;

/// How far a training is, as its checkpoints know it.
///
/// @param steps updates done
/// @param epochLoss sum of the losses of the unfinished epoch's steps
/// @param lastLoss mean loss of the last finished epoch, NaN before
/// @param seconds spent so far, by all runs together
record TrainingProgress(long steps, double epochLoss, double lastLoss, double seconds) {

  static final TrainingProgress NONE = new TrainingProgress(0, 0, Double.NaN, 0);
}
