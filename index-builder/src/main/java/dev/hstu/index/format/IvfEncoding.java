package dev.hstu.index.format;

/// What is swept. The float32 vectors are always stored and give every score.
public enum IvfEncoding {
  /// The float32 vectors themselves; 4 bytes a value.
  FLOAT32((byte) 0),
  /// int8 codes of the difference to the centroid, with one scale per partition; 1 byte a value
  /// more on disk, a quarter of the memory traffic. The best are scored again in float32.
  INT8((byte) 1);

  private final byte code;

  IvfEncoding(byte code) {
    this.code = code;
  }

  /// As it stands in files.
  byte code() {
    return code;
  }
}
