package dev.hstu.benchmarks.gpu;

import java.util.Locale;

/// One line of the results.
///
/// @param what was measured, with the model's shape
/// @param value in `unit`
/// @param goal as the project has set it, empty where there is none
/// @param detail how the value came about
record Figure(String what, double value, String unit, String goal, String detail) {

  static Figure of(String what, double value, String unit, String goal, String detail) {
    return new Figure(what, value, unit, goal, detail);
  }

  /// Columns of fixed width, for a log that is read as it comes.
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%-52s %12.4g %-10s %-22s %s", what, value, unit, goal, detail);
  }
}
