package dev.hstu.index.catalog;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Vectors as a matrix float32 `[rows, dimension]`, row-major and little-endian, in a segment that
/// is
/// shared, not copied: its owner keeps it alive, and every read after that fails. Read-only here;
/// any thread may read.
///
/// @param data exactly `rows · dimension` floats, perhaps unaligned
/// @param rows at least 0
/// @param dimension 1..[#MAX_DIMENSION]
public record VectorMatrix(MemorySegment data, int rows, int dimension) {

  /// Widest vectors: the limit of Lucene's graph, which is the default index.
  public static final int MAX_DIMENSION = 1_024;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public VectorMatrix {
    if (rows < 0) {
      throw new IllegalArgumentException("rows=" + rows + " must be at least 0");
    }
    if (dimension < 1 || dimension > MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dimension=%d must be within 1..%d".formatted(dimension, MAX_DIMENSION));
    }
    long expected = (long) rows * dimension * Float.BYTES;
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%d rows of %d floats take %d bytes, the segment has %d"
              .formatted(rows, dimension, expected, data.byteSize()));
    }
  }

  /// A matrix of copied values, row after row.
  ///
  /// @param values float `[rows · dimension]`
  public static VectorMatrix copyOf(float[] values, int dimension) {
    if (values.length % dimension != 0) {
      throw new IllegalArgumentException(
          "%d values are not whole rows of %d".formatted(values.length, dimension));
    }
    MemorySegment data = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
    MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
    return new VectorMatrix(data.asReadOnly(), values.length / dimension, dimension);
  }

  /// The rows from `firstRow` on as a matrix of their own, over the same memory.
  public VectorMatrix slice(int firstRow, int count) {
    Objects.checkFromIndexSize(firstRow, count, rows);
    long bytes = (long) count * dimension * Float.BYTES;
    return new VectorMatrix(data.asSlice(offsetBytes(firstRow), bytes), count, dimension);
  }

  /// Where a row begins in [#data].
  public long offsetBytes(int row) {
    return (long) row * dimension * Float.BYTES;
  }

  /// The value of one cell.
  public float at(int row, int column) {
    return data.get(FLOAT, offsetBytes(row) + (long) column * Float.BYTES);
  }

  /// Copies one row into the first `dimension` values of `target`; allocates nothing.
  public void copyRow(int row, float[] target) {
    MemorySegment.copy(data, FLOAT, offsetBytes(row), target, 0, dimension);
  }
}
