package dev.hstu.kernels.safetensors;

/// Conversion to bfloat16, the upper half of a binary32.
final class BFloat16 {
  private BFloat16() {}

  /// Rounds to nearest, ties to even; NaN stays NaN.
  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      // Cutting could leave an empty mantissa, which means infinity: set the quiet bit.
      return (short) (bits >>> 16 | 0x40);
    }
    int tieToEven = 0x7fff + (bits >>> 16 & 1);
    return (short) (bits + tieToEven >>> 16);
  }
}
