package dev.hstu.index.search;

/// What an index is made of.
public enum IndexType {
  /// Lucene HNSW, float32 or quantised ([GraphIndex]): least to read for few candidates and on
  /// diffuse data.
  GRAPH,
  /// k-means partitions ([PartitionIndex]): fastest for hundreds of candidates on clustered data,
  /// and many times faster to build.
  PARTITIONS,
  /// The vectors alone ([ExactScan]): recall 1, nothing to build, for small catalogues.
  EXACT
}
