package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;

/// Vectors divided into partitions, each of at least one vector, unless there are no vectors.
///
/// @param centroids float32 `[partitions][dimension]`, the mean of each partition
/// @param partitionOf the partition of each row
/// @param trainedRows how many vectors there were when the centroids were last trained; 0 where
///     they never were
/// @param trainedDistortion the mean squared distance to the centroid just after that training
record Partitioning(
    VectorMatrix centroids, int[] partitionOf, int trainedRows, float trainedDistortion) {

  /// The number of partitions.
  int partitions() {
    return centroids.rows();
  }
}
