package dev.hstu.encoder.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What verification of one golden file found.
///
/// @param file as the caller named it
/// @param checks every check, in the order they ran
public record VerificationReport(String file, List<Check> checks) {

  public VerificationReport {
    checks = List.copyOf(checks);
  }

  /// Whether no check failed; skipped ones don't count.
  public boolean passed() {
    return checks.stream().noneMatch(Check::failed);
  }

  /// One check for each engine, precision and kind of tensor: of the layers, and of the gradients,
  /// only the one with the largest error. Failed checks all stay.
  public List<Check> largest() {
    Map<String, Check> largest = new LinkedHashMap<>();
    for (Check check : checks) {
      String kind = check.failed() ? check.tensor() : kind(check.tensor());
      largest.merge(
          check.engine() + ' ' + check.precision() + ' ' + kind,
          check,
          (first, second) -> error(second) > error(first) ? second : first);
    }
    return new ArrayList<>(largest.values());
  }

  private static String kind(String tensor) {
    if (tensor.startsWith(GoldenVerification.GRADIENT)) {
      return GoldenVerification.GRADIENT;
    }
    return tensor.startsWith(GoldenVerification.LAYER) ? GoldenVerification.LAYER : tensor;
  }

  private static double error(Check check) {
    return switch (check.outcome()) {
      case Outcome.Measured measured -> measured.error();
      case Outcome.Skipped skipped -> 0;
    };
  }
}
