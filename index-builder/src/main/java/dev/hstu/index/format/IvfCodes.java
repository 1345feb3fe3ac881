package dev.hstu.index.format;

import dev.hstu.index.scan.CodeProducts;

/// int8 codes: `round((v − c) / scale)` per value, with the scale of the partition such that its
/// largest difference becomes ±127. Stored in blocks of [CodeProducts#ROWS] vectors of one
/// partition, column by column; the last block of a partition is filled up with zeros.
final class IvfCodes {

  private IvfCodes() {}

  /// How many blocks come before each partition, and in all.
  static int[] blockStarts(int[] starts) {
    int[] blockStarts = new int[starts.length];
    for (int partition = 0; partition + 1 < starts.length; partition++) {
      int size = starts[partition + 1] - starts[partition];
      blockStarts[partition + 1] = blockStarts[partition] + Math.ceilDiv(size, CodeProducts.ROWS);
    }
    return blockStarts;
  }

  /// The size of a block.
  static long blockBytes(int dimension) {
    return (long) CodeProducts.ROWS * dimension;
  }

  /// The step that makes the largest difference ±127; 0 where all are 0.
  static float scale(float largest) {
    return largest / CodeProducts.MAX_ROW_CODE;
  }

  /// The code of one difference.
  static byte code(float difference, float scale) {
    if (scale == 0) {
      return 0;
    }
    int code = Math.round(difference / scale);
    return (byte) Math.clamp(code, -CodeProducts.MAX_ROW_CODE, CodeProducts.MAX_ROW_CODE);
  }

  /// Codes a query, its largest value as ±63.
  ///
  /// @return the value of one step
  static float codeQuery(float[] query, short[] codes) {
    float largest = 0;
    for (float value : query) {
      largest = Math.max(largest, Math.abs(value));
    }
    float scale = largest / CodeProducts.MAX_QUERY_CODE;
    for (int i = 0; i < query.length; i++) {
      int code = scale == 0 ? 0 : Math.round(query[i] / scale);
      codes[i] =
          (short) Math.clamp(code, -CodeProducts.MAX_QUERY_CODE, CodeProducts.MAX_QUERY_CODE);
    }
    return scale;
  }
}
