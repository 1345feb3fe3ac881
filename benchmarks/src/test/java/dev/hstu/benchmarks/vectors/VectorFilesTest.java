package dev.hstu.benchmarks.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `.fbin` and `.ibin` files have the layout of big-ann-benchmarks, come back as they were written,
/// and are refused by name where they are cut.
final class VectorFilesTest {

  private static final float[][] ROWS = {{1, 2, 3}, {-4.5f, 0, Float.MIN_VALUE}};

  @TempDir private Path folder;

  @Test
  void vectorsComeBack() throws IOException {
    Path file = folder.resolve("v.fbin");

    FloatVectorFile.write(file, 2, 3, row -> ROWS[row]);

    assertThat(FloatVectorFile.read(file)).isDeepEqualTo(ROWS);
    try (Arena arena = Arena.ofConfined()) {
      VectorMatrix mapped = FloatVectorFile.map(file, arena);
      assertThat(mapped.at(1, 0)).isEqualTo(-4.5f);
    }
  }

  @Test
  void theLayoutIsThatOfBigAnnBenchmarks() throws IOException {
    Path file = folder.resolve("v.fbin");
    FloatVectorFile.write(file, 2, 3, row -> ROWS[row]);

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(bytes.capacity()).isEqualTo(8 + 2 * 3 * 4);
    assertThat(bytes.getInt(0)).isEqualTo(2);
    assertThat(bytes.getInt(4)).isEqualTo(3);
    assertThat(bytes.getFloat(8 + 3 * 4)).isEqualTo(-4.5f);
  }

  @Test
  void neighboursComeBackWithOrWithoutScores() throws IOException {
    int[][] neighbours = {{5, 1}, {0, 7}, {2, 3}};
    Path file = folder.resolve("t.ibin");
    NeighbourFile.write(file, neighbours);
    Path scored = folder.resolve("scored.ibin");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(scored, Arrays.copyOf(bytes, bytes.length + 3 * 2 * Float.BYTES));

    assertThat(NeighbourFile.read(file)).isDeepEqualTo(neighbours);
    assertThat(NeighbourFile.read(scored)).isDeepEqualTo(neighbours);
  }

  @Test
  void aCutFileIsRefusedByName() throws IOException {
    Path file = folder.resolve("cut.fbin");
    FloatVectorFile.write(file, 2, 3, row -> ROWS[row]);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 20));
    Path empty = Files.createFile(folder.resolve("empty.ibin"));

    assertThatThrownBy(() -> FloatVectorFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut.fbin")
        .hasMessageContaining("2 rows of 3");
    assertThatThrownBy(() -> NeighbourFile.read(empty)).hasMessageContaining("empty.ibin");
  }
}
