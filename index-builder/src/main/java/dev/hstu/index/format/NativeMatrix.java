package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Matrices in native memory, as mapped files are: compiled loops over one kind of segment stay
/// fast. Freed when unreachable.
final class NativeMatrix {

  /// A cache line.
  private static final long ALIGNMENT_BYTES = 64;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private NativeMatrix() {}

  /// A segment of zeros.
  static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(Math.max(1, bytes), ALIGNMENT_BYTES).asSlice(0, bytes);
  }

  /// Copies values row after row.
  static VectorMatrix copyOf(float[] values, int dimension) {
    MemorySegment data = allocate((long) values.length * Float.BYTES);
    MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
    return new VectorMatrix(data, values.length / dimension, dimension);
  }

  /// Copies some rows, in this order.
  static VectorMatrix select(VectorMatrix matrix, int[] rows) {
    long rowBytes = (long) matrix.dimension() * Float.BYTES;
    MemorySegment data = allocate(rows.length * rowBytes);
    for (int i = 0; i < rows.length; i++) {
      MemorySegment.copy(matrix.data(), matrix.offsetBytes(rows[i]), data, i * rowBytes, rowBytes);
    }
    return new VectorMatrix(data, rows.length, matrix.dimension());
  }

  /// Writes one row of a matrix made here.
  static void setRow(MemorySegment data, int row, float[] values) {
    MemorySegment.copy(
        values, 0, data, FLOAT, (long) row * values.length * Float.BYTES, values.length);
  }
}
