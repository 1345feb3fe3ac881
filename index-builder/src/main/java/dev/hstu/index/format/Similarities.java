package dev.hstu.index.format;

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/// Lucene's scores, which are never negative, from inner products.
final class Similarities {

  private Similarities() {}

  /// As [VectorSimilarityFunction#compare] of the two vectors.
  static float ofProduct(VectorSimilarityFunction similarity, float product) {
    return similarity == VectorSimilarityFunction.DOT_PRODUCT
        ? VectorUtil.normalizeToUnitInterval(product)
        : VectorUtil.scaleMaxInnerProductScore(product);
  }
}
