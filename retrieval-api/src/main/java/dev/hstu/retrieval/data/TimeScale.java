package dev.hstu.retrieval.data;

import java.util.Locale;

/// The unit of times that are plain numbers.
public enum TimeScale {
  SECONDS,
  /// Divided by 1,000 and rounded down, since models count whole seconds.
  MILLISECONDS;

  /// Reads `s` or `ms`.
  ///
  /// @throws UnusableInputException for anything else
  public static TimeScale parse(String option) {
    return switch (option.toLowerCase(Locale.ROOT)) {
      case "s" -> SECONDS;
      case "ms" -> MILLISECONDS;
      default ->
          throw new UnusableInputException(
              "time unit '%s' is not known; give s or ms".formatted(option));
    };
  }

  long toSeconds(long value) {
    return this == SECONDS ? value : Math.floorDiv(value, 1_000L);
  }

  double toSeconds(double value) {
    return this == SECONDS ? value : value / 1_000;
  }
}
