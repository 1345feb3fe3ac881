package dev.hstu.index.search;

import org.apache.lucene.index.VectorSimilarityFunction;

/// The Lucene fields of an item document.
///
/// | field | kind | holds |
/// |---|---|---|
/// | `vector` | float32 vector | the item's vector |
/// | `row` | numeric doc value | its catalogue row, so that merges may move documents freely |
final class GraphFields {

  static final String VECTOR = "vector";
  static final String ROW = "row";

  /// Monotone in the inner product on the whole line. `DOT_PRODUCT` is cheaper by nothing, clamps
  /// products below -1, and so would need queries of unit length as well as items.
  static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;

  private GraphFields() {}
}
