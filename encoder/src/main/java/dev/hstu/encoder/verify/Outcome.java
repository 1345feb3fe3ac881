package dev.hstu.encoder.verify;

/// What came of one check.
public sealed interface Outcome {

  /// A difference was measured.
  ///
  /// @param error `‖out − expected‖ / ‖expected‖` unless the check says otherwise; NaN and infinity
  ///     stand for results that can't be compared and never pass
  /// @param tolerance the largest error that passes
  record Measured(double error, double tolerance) implements Outcome {
    public boolean passed() {
      return error <= tolerance;
    }
  }

  /// Nothing was measured.
  record Skipped(String reason) implements Outcome {}
}
