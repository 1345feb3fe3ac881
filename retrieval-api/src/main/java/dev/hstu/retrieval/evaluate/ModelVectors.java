package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.model.Model;
import dev.hstu.index.catalog.VectorMatrix;

/// A model's item vectors in memory, for ranking without an item-vector file.
final class ModelVectors {

  private ModelVectors() {}

  /// Row `r` is vocabulary row `r`, L2-normalised; 4·D bytes an item of heap.
  static VectorMatrix of(Model model) {
    int d = model.config().embeddingDim();
    int items = model.config().items();
    float[] values = new float[Math.multiplyExact(items, d)];
    for (int row = 0; row < items; row++) {
      model.weights().copyItemVector(row + 1L, d, values, row * d);
    }
    return VectorMatrix.copyOf(values, d);
  }
}
