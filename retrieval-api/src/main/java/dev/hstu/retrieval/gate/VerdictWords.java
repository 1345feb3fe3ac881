package dev.hstu.retrieval.gate;

/// The words of a result, the same in table, JSON and page.
public final class VerdictWords {

  static final String PASSED = "passed";
  static final String WARNS = "warns";
  static final String BLOCKS = "BLOCKS";
  private static final String SKIPPED = "skipped";

  private VerdictWords() {}

  /// `passed`, `warns`, `BLOCKS` or `skipped`.
  public static String outcome(CheckResult result) {
    return switch (result) {
      case CheckResult.Passed _ -> PASSED;
      case CheckResult.Warned _ -> WARNS;
      case CheckResult.Blocked _ -> BLOCKS;
      case CheckResult.Skipped _ -> SKIPPED;
    };
  }

  /// The value found, empty where nothing was measured.
  public static String measured(CheckResult result) {
    return switch (result) {
      case CheckResult.Passed passed -> passed.measured();
      case CheckResult.Warned warned -> warned.measured();
      case CheckResult.Blocked blocked -> blocked.measured();
      case CheckResult.Skipped skipped -> "";
    };
  }

  /// What was asked, empty where nothing was.
  public static String bound(CheckResult result) {
    return switch (result) {
      case CheckResult.Passed passed -> passed.bound();
      case CheckResult.Warned warned -> warned.bound();
      case CheckResult.Blocked blocked -> blocked.bound();
      case CheckResult.Skipped skipped -> "";
    };
  }

  /// The sentence, with the mend where there is something to mend.
  public static String sentence(CheckResult result) {
    return switch (result) {
      case CheckResult.Passed passed -> passed.sentence();
      case CheckResult.Warned warned -> warned.sentence() + "; " + warned.mend();
      case CheckResult.Blocked blocked -> blocked.sentence() + "; " + blocked.mend();
      case CheckResult.Skipped skipped -> skipped.sentence();
    };
  }
}
