package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.model.Model;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ExactScan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A model's item vectors in memory, for ranking without an item-vector file.
final class ModelVectors {

  /// From so many items on codes pay for the quarter of memory more that they take.
  private static final int LEAST_CODED_ITEMS = 1 << 16;

  private static final long ALIGNMENT_BYTES = 64;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ModelVectors() {}

  /// Row `r` is vocabulary row `r`, L2-normalised; 4·D bytes an item of native memory.
  static VectorMatrix of(Model model) {
    int d = model.config().embeddingDim();
    int items = model.config().items();
    long rowBytes = (long) d * Float.BYTES;
    MemorySegment data = Arena.ofAuto().allocate(Math.max(1, items * rowBytes), ALIGNMENT_BYTES);
    float[] vector = new float[d];
    for (int row = 0; row < items; row++) {
      model.copyItemVector(row + 1L, vector, 0);
      MemorySegment.copy(vector, 0, data, FLOAT, row * rowBytes, d);
    }
    return new VectorMatrix(data.asSlice(0, items * rowBytes).asReadOnly(), items, d);
  }

  /// The scan that ranks a catalogue fastest: of large ones by codes, with the same ranks.
  static ExactScan scan(VectorMatrix vectors) {
    return vectors.rows() < LEAST_CODED_ITEMS
        ? new ExactScan(vectors)
        : ExactScan.withCodes(vectors);
  }
}
