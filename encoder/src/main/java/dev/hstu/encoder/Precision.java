package dev.hstu.encoder;

import java.util.Locale;

/// The number format an engine keeps its values in between operations.
public enum Precision {
  FLOAT64,
  FLOAT32;

  /// The name in configuration, on the command line and in logs: `float64`, `float32`.
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads what [#id()] gives.
  ///
  /// @throws IllegalArgumentException naming the ids there are
  public static Precision parse(String id) {
    for (Precision precision : values()) {
      if (precision.id().equals(id)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "precision '%s' is not known; choose float64 or float32".formatted(id));
  }
}
