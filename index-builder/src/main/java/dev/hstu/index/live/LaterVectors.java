package dev.hstu.index.live;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.log.LogBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Vectors gathered in a scratch file, so that a build holds none of them in heap: written one
/// after the other, then mapped. For one thread.
final class LaterVectors implements AutoCloseable {

  private final FileChannel file;
  private final Arena arena = Arena.ofShared();
  private final ByteBuffer buffer;
  private final int dimension;
  private int count;

  private LaterVectors(FileChannel file, int dimension) {
    this.file = file;
    this.dimension = dimension;
    this.buffer = ByteBuffer.allocateDirect(dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  static LaterVectors create(Path target, int dimension) throws IOException {
    FileChannel file =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new LaterVectors(file, dimension);
  }

  /// @return its number
  int add(float[] vector) throws IOException {
    buffer.clear();
    buffer.asFloatBuffer().put(vector);
    LogBatch.writeFully(file, buffer);
    return count++;
  }

  /// All vectors by number, readable until this closes.
  VectorMatrix matrix() throws IOException {
    return new VectorMatrix(
        file.map(FileChannel.MapMode.READ_ONLY, 0, (long) count * dimension * Float.BYTES, arena),
        count,
        dimension);
  }

  @Override
  public void close() throws IOException {
    arena.close();
    file.close();
  }
}
