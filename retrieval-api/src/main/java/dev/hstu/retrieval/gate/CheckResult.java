package dev.hstu.retrieval.gate;

/// The answer to one question of the gate.
public sealed interface CheckResult {

  /// The question's name, e.g. `hit-rate@100`.
  String check();

  /// What was found, one sentence.
  String sentence();

  /// As it should be.
  ///
  /// @param measured the value found, with its unit
  /// @param bound what is asked, with the setting that says so where there is one
  record Passed(String check, String measured, String bound, String sentence)
      implements CheckResult {}

  /// Worth a look, and no reason not to publish.
  ///
  /// @param mend what to do about it
  record Warned(String check, String measured, String bound, String sentence, String mend)
      implements CheckResult {}

  /// A reason not to publish.
  ///
  /// @param mend what to do about it
  record Blocked(String check, String measured, String bound, String sentence, String mend)
      implements CheckResult {}

  /// Could not be asked here.
  ///
  /// @param sentence why not
  record Skipped(String check, String sentence) implements CheckResult {}

  /// Passed or blocked.
  static CheckResult of(
      boolean passed, String check, String measured, String bound, String sentence, String mend) {
    return passed
        ? new Passed(check, measured, bound, sentence)
        : new Blocked(check, measured, bound, sentence, mend);
  }
}
