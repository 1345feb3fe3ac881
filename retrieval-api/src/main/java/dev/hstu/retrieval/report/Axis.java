package dev.hstu.retrieval.report;

import java.util.List;
import java.util.Locale;

/// The values an axis spans, in steps of 1, 2 or 5 times a power of ten.
record Axis(double low, double step, int steps) {

  /// More would crowd.
  private static final int MOST_STEPS = 8;

  static Axis of(List<Double> values) {
    double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    double low = most > least ? least : least - 0.5;
    double high = most > least ? most : least + 0.5;
    double step = roundStep((high - low) / MOST_STEPS);
    double first = Math.floor(low / step + ROUNDING);
    double last = Math.ceil(high / step - ROUNDING);
    return new Axis(first * step, step, (int) (last - first));
  }

  /// From the least value to the highest, whether round or not, where they differ.
  static Axis exactly(List<Double> values) {
    double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    return most > least ? new Axis(least, most - least, 1) : of(values);
  }

  /// Of a step: a value so near to one stands on it.
  private static final double ROUNDING = 1e-9;

  private static double roundStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (int times : new int[] {1, 2, 5}) {
      if (times * power >= least * (1 - ROUNDING)) {
        return times * power;
      }
    }
    return 10 * power;
  }

  double high() {
    return low + steps * step;
  }

  double share(double value) {
    return (value - low) / (steps * step);
  }

  String text(double value) {
    int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + ROUNDING));
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }
}
