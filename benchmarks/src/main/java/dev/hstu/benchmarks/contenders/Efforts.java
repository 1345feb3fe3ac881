package dev.hstu.benchmarks.contenders;

import java.util.Locale;
import java.util.stream.IntStream;

/// The values that a contender's parameter may take, from the least effort to the most: recall
/// grows along them.
///
/// @param name what the contender's own documentation calls the parameter
/// @param values ascending effort, at least one; not copied
/// @param unit what one step of a value stands for in the report
public record Efforts(String name, int[] values, double unit) {

  /// Neighbouring values differ by so much, so that a target is overshot by little.
  private static final double STEP = 1.04;

  public Efforts {
    if (values.length == 0) {
      throw new IllegalArgumentException("efforts '%s' are empty".formatted(name));
    }
  }

  /// There is nothing to choose.
  public static Efforts none() {
    return new Efforts("", new int[] {0}, 0);
  }

  /// From `least` to `most`, each about 4 % above the one before.
  public static Efforts between(String name, int least, int most) {
    int[] values =
        IntStream.iterate(
                least,
                value -> value <= most,
                value -> Math.max(value + 1, (int) Math.round(value * STEP)))
            .toArray();
    return new Efforts(name, values, 1);
  }

  /// A value as the report has it.
  public String label(int value) {
    if (unit == 0) {
      return "";
    }
    return unit == 1
        ? "%s %d".formatted(name, value)
        : String.format(Locale.ROOT, "%s %.4f", name, value * unit);
  }
}
