package dev.hstu.kernels.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process killed at any moment of a write leaves the last committed file whole.
class SafetensorsCrashTest {
  private static final int CHUNKS = 32;
  private static final int CHUNK_FLOATS = 1 << 14;

  @TempDir Path directory;

  @Test
  void killedWritersLeaveAWholeFile() throws Exception {
    killWriters(4, new Random(1));
  }

  @Test
  @Tag("soak")
  void manyKilledWritersLeaveAWholeFile() throws Exception {
    killWriters(100, new Random(2));
  }

  private void killWriters(int kills, Random random) throws Exception {
    Path target = directory.resolve("vectors.safetensors");
    RepeatedWriter.write(target, 0, () -> {});
    int abandoned = 0;
    for (int kill = 0; kill < kills; kill++) {
      killAfter(random.nextInt(3 * CHUNKS), target);
      assertWhole(target);
      abandoned += DurableFiles.deleteAbandoned(directory);
      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files).containsExactly(target);
      }
    }
    assertThat(abandoned).as("some kills hit a write").isPositive();
  }

  /// Kills the writer after it has written some chunks: by its own progress, not by time.
  private void killAfter(int chunks, Path target) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RepeatedWriter.class.getName(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (InputStream progress = writer.getInputStream()) {
      assertThat(progress.readNBytes(chunks + 1)).hasSize(chunks + 1);
      writer.destroyForcibly().waitFor();
    }
  }

  private static void assertWhole(Path target) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(target)) {
      float round = Float.parseFloat(String.valueOf(file.metadata().get("round")));
      float[] expected = new float[CHUNKS * CHUNK_FLOATS];
      Arrays.fill(expected, round);
      assertThat(Arrays.equals(file.tensor("vectors").toFloats(), expected))
          .as("all values are of round %s", round)
          .isTrue();
    }
  }

  /// Rewrites the file until killed, with a byte of output for each chunk written.
  static final class RepeatedWriter {
    private RepeatedWriter() {}

    public static void main(String[] arguments) throws IOException {
      for (int round = 1; ; round++) {
        write(
            Path.of(arguments[0]),
            round,
            () -> {
              System.out.write('.');
              System.out.flush();
            });
      }
    }

    static void write(Path target, int round, Runnable progress) throws IOException {
      Map<String, String> metadata = Map.of("round", Integer.toString(round));
      List<TensorSpec> specs = List.of(new TensorSpec("vectors", DType.F32, CHUNKS, CHUNK_FLOATS));
      float[] chunk = new float[CHUNK_FLOATS];
      Arrays.fill(chunk, round);
      try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, specs)) {
        for (int i = 0; i < CHUNKS; i++) {
          writer.append(chunk, 0, chunk.length);
          progress.run();
        }
        writer.commit();
      }
    }
  }
}
