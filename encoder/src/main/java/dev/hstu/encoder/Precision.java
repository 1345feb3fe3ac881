package dev.hstu.encoder;

import java.util.Locale;

/// The number format an engine keeps its values in between operations.
public enum Precision {
  FLOAT64,
  FLOAT32,
  /// The upper half of a binary32: its range with 8 significant bits.
  BFLOAT16;

  /// The name in configuration, on the command line and in logs: `float64`, `float32`, `bfloat16`.
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
        "precision '%s' is not known; choose float64, float32 or bfloat16".formatted(id));
  }

  /// The nearest value this format holds, ties to even.
  public double rounded(double value) {
    return switch (this) {
      case FLOAT64 -> value;
      case FLOAT32 -> (float) value;
      case BFLOAT16 -> toBfloat16((float) value);
    };
  }

  private static float toBfloat16(float value) {
    if (Float.isNaN(value)) {
      return value;
    }
    int bits = Float.floatToRawIntBits(value);
    int tieToEven = 0x7fff + (bits >>> 16 & 1);
    return Float.intBitsToFloat(bits + tieToEven & 0xffff_0000);
  }
}
