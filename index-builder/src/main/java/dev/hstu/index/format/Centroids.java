package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.CodedVectors;

/// What partitions are ranked by.
///
/// @param matrix float32 `[partitions][dimension]`
/// @param codes of the same rows
/// @param spreads root mean squared difference of one value to the centroid's, by partition
record Centroids(VectorMatrix matrix, CodedVectors codes, float[] spreads) {

  /// Codes the centroids.
  static Centroids of(VectorMatrix matrix, float[] spreads) {
    return new Centroids(matrix, CodedVectors.of(matrix), spreads);
  }

  /// The number of partitions.
  int count() {
    return matrix.rows();
  }

  /// The length of the vectors.
  int dimension() {
    return matrix.dimension();
  }
}
