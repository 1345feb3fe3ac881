package dev.hstu.benchmarks.vectors;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Vector files of big-ann-benchmarks, `.fbin`: uint32 rows, uint32 dimension, then float32
/// `[rows][dimension]`, all little-endian.
public final class FloatVectorFile {

  static final int HEADER_BYTES = 8;

  /// Makes the rows of a file, in order.
  @FunctionalInterface
  public interface Rows {
    /// Row `row`; the array may be the same each time.
    float[] row(int row);
  }

  private FloatVectorFile() {}

  /// Writes a file, wholly or not at all; holds one row at a time.
  public static void write(Path file, int rows, int dimension, Rows source) throws IOException {
    DurableFiles.writeAtomically(
        file,
        out -> {
          out.write(header(rows, dimension));
          ByteBuffer bytes =
              ByteBuffer.allocate(dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          for (int row = 0; row < rows; row++) {
            bytes.asFloatBuffer().put(source.row(row), 0, dimension);
            out.write(bytes.array());
          }
        });
  }

  /// Maps a file; the matrix is readable until `arena` closes.
  ///
  /// @throws IOException naming the file, where its size isn't what its header says
  public static VectorMatrix map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int[] shape = header(file, channel);
      long bytes = (long) shape[0] * shape[1] * Float.BYTES;
      requireSize(file, channel, shape, HEADER_BYTES + bytes);
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new VectorMatrix(mapped.asSlice(HEADER_BYTES, bytes), shape[0], shape[1]);
    }
  }

  /// Reads a whole file, float `[rows][dimension]`.
  public static float[][] read(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      VectorMatrix matrix = map(file, arena);
      float[][] rows = new float[matrix.rows()][matrix.dimension()];
      for (int row = 0; row < rows.length; row++) {
        matrix.copyRow(row, rows[row]);
      }
      return rows;
    }
  }

  static byte[] header(int rows, int width) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(rows)
        .putInt(width)
        .array();
  }

  /// Rows and width, of a `.fbin` or `.ibin` file.
  static int[] header(Path file, FileChannel channel) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (header.hasRemaining() && channel.read(header, header.position()) > 0) {
      // Reads on until the header is whole or the file ends.
    }
    int rows = header.getInt(0);
    int width = header.getInt(Integer.BYTES);
    if (header.hasRemaining() || rows < 1 || width < 1) {
      throw new IOException(
          "%s has no header of rows and width, both at least 1; is it a .fbin or .ibin file?"
              .formatted(file));
    }
    return new int[] {rows, width};
  }

  static void requireSize(Path file, FileChannel channel, int[] shape, long expected)
      throws IOException {
    if (channel.size() != expected) {
      throw new IOException(
          "%s says %d rows of %d values, which take %d bytes, but has %d"
              .formatted(file, shape[0], shape[1], expected, channel.size()));
    }
  }
}
