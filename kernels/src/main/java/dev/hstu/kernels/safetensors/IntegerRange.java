package dev.hstu.kernels.safetensors;

/// Ranges of the integer types, so that no write narrows a value.
final class IntegerRange {
  private IntegerRange() {}

  static void check(TensorSpec spec, long value) {
    DType dtype = spec.dtype();
    if (value < min(dtype) || value > max(dtype)) {
      throw new IllegalArgumentException(
          "value %d doesn't fit tensor %s, whose range is %d..%d"
              .formatted(value, spec, min(dtype), max(dtype)));
    }
  }

  private static long min(DType dtype) {
    return switch (dtype) {
      case I64 -> Long.MIN_VALUE;
      case I32 -> Integer.MIN_VALUE;
      case I16 -> Short.MIN_VALUE;
      case I8 -> Byte.MIN_VALUE;
      default -> 0;
    };
  }

  private static long max(DType dtype) {
    return switch (dtype) {
      case I64, U64 -> Long.MAX_VALUE;
      case I32 -> Integer.MAX_VALUE;
      case I16 -> Short.MAX_VALUE;
      case I8 -> Byte.MAX_VALUE;
      case U32 -> 0xffff_ffffL;
      case U16 -> 0xffff;
      case U8 -> 0xff;
      default -> 1;
    };
  }
}
