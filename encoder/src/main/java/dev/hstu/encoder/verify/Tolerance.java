package dev.hstu.encoder.verify;

import dev.hstu.encoder.Precision;

/// How far an engine may be from the public implementation's float64, relative to the norm of the
/// tensor.
public final class Tolerance {

  /// Float64 throughout: the order of summation is all that may show.
  public static final double FLOAT64 = 1e-12;

  /// Single precision: a few dozen roundings of 6e-8 through up to eight blocks.
  public static final double FLOAT32 = 5e-6;

  /// Gradients in single precision: the loss divides by the temperature 0.05, and each gradient
  /// sums over all positions of the batch.
  public static final double GRADIENT = 5e-4;

  /// Half precision, of rankings and losses, and of a plain implementation: 8 significant bits are
  /// a rounding of 2e-3 a value, and a residual stream is rounded anew in every block.
  public static final double BFLOAT16 = 3e-2;

  private Tolerance() {}

  /// Of everything a forward pass gives, and of the loss.
  public static double of(Precision precision) {
    return switch (precision) {
      case FLOAT64 -> FLOAT64;
      case FLOAT32 -> FLOAT32;
      case BFLOAT16 -> BFLOAT16;
    };
  }
}
