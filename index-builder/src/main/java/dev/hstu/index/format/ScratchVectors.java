package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Vectors by number in a scratch file, so that they take page cache and no heap: written through
/// the file, where a full disk is an error to be told, and read through mappings. One thread
/// writes; matrices are for any, even after [#close].
final class ScratchVectors implements Closeable {

  /// Rows mapped at first; then twice as many each time.
  private static final int LEAST_MAPPED = 4_096;

  private final FileChannel file;
  private final ByteBuffer buffer;
  private VectorMatrix matrix;

  private ScratchVectors(FileChannel file, int dimension) {
    this.file = file;
    this.buffer = ByteBuffer.allocateDirect(dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    this.matrix = VectorMatrix.copyOf(new float[0], dimension);
  }

  /// Begins a new file.
  static ScratchVectors create(Path target, int dimension) throws IOException {
    FileChannel file =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new ScratchVectors(file, dimension);
  }

  /// Writes the vector of a number, once for each.
  void set(int number, float[] vector) throws IOException {
    if (number >= matrix.rows()) {
      matrix = map(Math.max(LEAST_MAPPED, Math.max(number + 1, 2L * matrix.rows())));
    }
    buffer.clear();
    buffer.asFloatBuffer().put(vector);
    long offset = matrix.offsetBytes(number);
    while (buffer.hasRemaining()) {
      int _ = file.write(buffer, offset + buffer.position());
    }
  }

  /// Longer than what was written, perhaps; a later call may give a longer one.
  VectorMatrix matrix() {
    return matrix;
  }

  private VectorMatrix map(long rows) throws IOException {
    int count = (int) Math.min(Integer.MAX_VALUE, rows);
    long bytes = (long) count * buffer.capacity();
    // Unmapped with the last matrix of it. The file is sparse up to there.
    return new VectorMatrix(
        file.map(FileChannel.MapMode.READ_ONLY, 0, bytes, Arena.ofAuto()),
        count,
        matrix.dimension());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
