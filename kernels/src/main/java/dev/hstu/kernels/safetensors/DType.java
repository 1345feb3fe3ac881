package dev.hstu.kernels.safetensors;

import org.jspecify.annotations.Nullable;

/// Element types of the safetensors format, all little-endian. The sub-byte types of its later
/// versions are not read.
public enum DType {
  F64(8, Kind.FLOATING),
  F32(4, Kind.FLOATING),
  /// IEEE 754 binary16.
  F16(2, Kind.FLOATING),
  /// The upper half of a binary32.
  BF16(2, Kind.FLOATING),
  I64(8, Kind.INTEGER),
  I32(4, Kind.INTEGER),
  I16(2, Kind.INTEGER),
  I8(1, Kind.INTEGER),
  U64(8, Kind.INTEGER),
  U32(4, Kind.INTEGER),
  U16(2, Kind.INTEGER),
  U8(1, Kind.INTEGER),
  /// One byte, 0 or 1; reads as an integer.
  BOOL(1, Kind.INTEGER),
  /// Carried as raw bytes only.
  F8_E4M3(1, Kind.RAW),
  /// Carried as raw bytes only.
  F8_E5M2(1, Kind.RAW);

  private enum Kind {
    FLOATING,
    INTEGER,
    RAW
  }

  private final int bytes;
  private final Kind kind;

  DType(int bytes, Kind kind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /// Width of one element in bytes.
  public int bytes() {
    return bytes;
  }

  /// Whether elements read as `float` and `double`.
  public boolean isFloating() {
    return kind == Kind.FLOATING;
  }

  /// Whether elements read as `long`.
  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }

  static @Nullable DType named(String name) {
    for (DType dtype : values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    return null;
  }
}
