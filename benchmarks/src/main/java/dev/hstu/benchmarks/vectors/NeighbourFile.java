package dev.hstu.benchmarks.vectors;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Ground-truth files of big-ann-benchmarks, `.ibin`: uint32 queries, uint32 k, int32
/// `[queries][k]` row numbers, best first, then perhaps float32 `[queries][k]` scores, which are
/// ignored here. All little-endian.
final class NeighbourFile {

  private NeighbourFile() {}

  static void write(Path file, int[][] neighbours) throws IOException {
    int k = neighbours[0].length;
    DurableFiles.writeAtomically(
        file,
        out -> {
          out.write(FloatVectorFile.header(neighbours.length, k));
          ByteBuffer bytes = ByteBuffer.allocate(k * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          for (int[] row : neighbours) {
            bytes.asIntBuffer().put(row);
            out.write(bytes.array());
          }
        });
  }

  static int[][] read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int[] shape = FloatVectorFile.header(file, channel);
      long ids = (long) shape[0] * shape[1] * Integer.BYTES;
      long withScores = FloatVectorFile.HEADER_BYTES + 2 * ids;
      if (channel.size() != withScores) {
        FloatVectorFile.requireSize(file, channel, shape, FloatVectorFile.HEADER_BYTES + ids);
      }
      ByteBuffer mapped =
          channel
              .map(FileChannel.MapMode.READ_ONLY, FloatVectorFile.HEADER_BYTES, ids)
              .order(ByteOrder.LITTLE_ENDIAN);
      int[][] neighbours = new int[shape[0]][shape[1]];
      for (int q = 0; q < shape[0]; q++) {
        mapped.asIntBuffer().get(q * shape[1], neighbours[q]);
      }
      return neighbours;
    }
  }
}
