package dev.hstu.index.scan;

import dev.hstu.index.catalog.VectorMatrix;

/// The reference for [InnerProducts]: one loop, summed in float64.
public final class ScalarInnerProducts {

  private ScalarInnerProducts() {}

  /// The product with one row.
  public static double ofRow(float[] query, VectorMatrix matrix, int row) {
    double sum = 0;
    for (int c = 0; c < matrix.dimension(); c++) {
      sum += (double) query[c] * matrix.at(row, c);
    }
    return sum;
  }
}
