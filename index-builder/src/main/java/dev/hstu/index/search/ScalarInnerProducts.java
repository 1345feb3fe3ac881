package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;

/// The reference for [InnerProducts]: one loop, summed in float64.
final class ScalarInnerProducts {

  private ScalarInnerProducts() {}

  static double ofRow(float[] query, VectorMatrix matrix, int row) {
    double sum = 0;
    for (int c = 0; c < matrix.dimension(); c++) {
      sum += (double) query[c] * matrix.at(row, c);
    }
    return sum;
  }
}
