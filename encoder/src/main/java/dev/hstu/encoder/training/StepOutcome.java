package dev.hstu.encoder.training;

/// What one step found, before its update.
///
/// @param loss mean over the step's supervised positions
/// @param gradientNorm of all parameters together
/// @param users of the step
record StepOutcome(double loss, double gradientNorm, int users) {

  boolean finite() {
    return Double.isFinite(loss) && Double.isFinite(gradientNorm);
  }
}
