package dev.hstu.index.scan;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The reference for [CodeProducts]: two loops.
final class ScalarCodeProducts {

  private ScalarCodeProducts() {}

  static void ofBlock(short[] query, int dimension, MemorySegment codes, long offset, int[] out) {
    for (int row = 0; row < CodeProducts.ROWS; row++) {
      int sum = 0;
      for (int c = 0; c < dimension; c++) {
        sum +=
            query[c]
                * codes.get(ValueLayout.JAVA_BYTE, offset + (long) c * CodeProducts.ROWS + row);
      }
      out[row] = sum;
    }
  }
}
