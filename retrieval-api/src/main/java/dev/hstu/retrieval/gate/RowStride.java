package dev.hstu.retrieval.gate;

/// Which rows to look at where there are too many for all.
final class RowStride {

  private RowStride() {}

  /// The step from row to row that looks at no more than `most` of `rows`; at least 1.
  static int of(int rows, int most) {
    return Math.max(1, Math.ceilDiv(rows, most));
  }
}
