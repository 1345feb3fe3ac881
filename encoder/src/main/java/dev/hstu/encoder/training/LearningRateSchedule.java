package dev.hstu.encoder.training;

/// How the learning rate moves over a run: up in a straight line, then down along half a cosine
/// (arXiv 1608.03983, without restarts).
///
/// @param warmUpSteps steps until the full rate, at least 0
/// @param finalShare of the full rate that is left at the last step, in `[0, 1]`; 1 keeps the rate
public record LearningRateSchedule(int warmUpSteps, double finalShare) {

  /// The public experiments' rate, from the first step to the last.
  public static final LearningRateSchedule CONSTANT = new LearningRateSchedule(0, 1);

  /// Two epochs of MovieLens-1M up, then down to a hundredth.
  public static final LearningRateSchedule COSINE = new LearningRateSchedule(100, 0.01);

  public LearningRateSchedule {
    TrainingSettings.require(warmUpSteps >= 0, "warmUpSteps", warmUpSteps, "at least 0");
    TrainingSettings.require(
        finalShare >= 0 && finalShare <= 1, "finalShare", finalShare, "within 0..1, 1 is constant");
  }

  /// Whether the rate of a step depends on how many there are.
  boolean dependsOnLength() {
    return finalShare < 1;
  }

  /// Share of the full rate at a step.
  ///
  /// @param step steps taken before it
  /// @param steps of the whole run
  double shareAt(long step, long steps) {
    double warmUp = step < warmUpSteps ? (step + 1.0) / (warmUpSteps + 1.0) : 1;
    double progress = (double) Math.max(0, step - warmUpSteps) / Math.max(1, steps - warmUpSteps);
    double cosine = (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
    return warmUp * (finalShare + (1 - finalShare) * cosine);
  }
}
