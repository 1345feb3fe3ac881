package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.PreparedData;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two million rows fit a heap that could not hold their text: 36 bytes a row, the ids and the JVM.
class ImportMemoryTest {

  private static final int ROWS = 2_000_000;
  private static final int USERS = 100_000;
  private static final int ITEMS = 50_000;

  @TempDir Path folder;

  @Test
  void millionsOfRowsNeedLittleHeap() throws Exception {
    Path log = folder.resolve("log.csv");
    write(log);
    Path out = folder.resolve("out");

    Process process = ImportProcess.start(log, out, false, "-Xmx160m", "-XX:+UseSerialGC");
    process.getInputStream().readAllBytes();

    assertThat(process.waitFor()).isZero();
    assertThat(PreparedData.open(out).manifest().events()).isEqualTo(ROWS);
    assertThat(PreparedData.open(out).manifest().users()).isEqualTo(USERS);
  }

  private static void write(Path log) throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder line = new StringBuilder();
    try (BufferedWriter writer = Files.newBufferedWriter(log)) {
      writer.write("user_id,item_id,rating,timestamp\n");
      for (int i = 0; i < ROWS; i++) {
        line.setLength(0);
        line.append("user-").append(i < USERS ? i : random.nextInt(USERS)).append(',');
        line.append(9_000_000_000L + random.nextInt(ITEMS)).append(',');
        line.append(random.nextInt(1, 6)).append(',').append(1_000_000_000L + i).append('\n');
        writer.append(line);
      }
    }
  }
}
