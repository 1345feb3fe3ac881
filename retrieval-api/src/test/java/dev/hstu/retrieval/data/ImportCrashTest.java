package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An import killed at any moment leaves no folder, or a whole one; the next run cleans up.
class ImportCrashTest {

  private static final int ROWS = 60_000;

  /// Dots that a whole import of [#ROWS] rows prints, one at its end, and the bar.
  private static final int TICKS = ROWS / (1 << 13) + 2;

  @TempDir Path folder;

  @Test
  void killedImportsLeaveNothingHalfWritten() throws Exception {
    kill(5, new SplittableRandom(1));
  }

  @Test
  void killedReplacementsLeaveTheOldOrTheNewFolder() throws Exception {
    killReplacements(4, new SplittableRandom(2));
  }

  @Test
  @Tag("soak")
  void manyKilledImportsLeaveNothingHalfWritten() throws Exception {
    kill(60, new SplittableRandom(3));
  }

  @Test
  @Tag("soak")
  void manyKilledReplacementsLeaveTheOldOrTheNewFolder() throws Exception {
    killReplacements(60, new SplittableRandom(4));
  }

  private void kill(int kills, SplittableRandom random) throws Exception {
    Path log = log("log.csv", 1);
    Path out = folder.resolve("out");
    for (int i = 0; i < kills; i++) {
      killOne(log, out, out.resolveSibling(".out.incomplete"), random);
      if (Files.exists(out)) {
        assertThat(PreparedData.open(out).manifest().events()).isEqualTo(ROWS);
        DurableFiles.deleteRecursively(out);
      }
    }
    Imports.imported(ImportRequest.of(log, null, out));
    assertThat(Imports.entries(folder)).containsExactly(log, out);
  }

  private void killReplacements(int kills, SplittableRandom random) throws Exception {
    Path[] logs = {log("a.csv", 1), log("b.csv", 2)};
    Path out = folder.resolve("kept");
    Set<String> known = new HashSet<>();
    for (Path log : logs) {
      known.add(replace(log, out));
    }
    for (int i = 0; i < kills; i++) {
      killOne(logs[i % 2], out, out.resolveSibling("..kept.next.incomplete"), random);
      if (Files.exists(out)) {
        assertThat(known).contains(PreparedData.open(out).fingerprint());
      }
    }
    assertThat(known).contains(replace(logs[0], out));
    assertThat(Imports.entries(folder)).containsExactly(logs[0], logs[1], out);
  }

  private static String replace(Path log, Path out) throws IOException {
    Imports.imported(ImportRequest.of(log, null, out).overwriting());
    return PreparedData.open(out).fingerprint();
  }

  /// Kills an import after some of its reports, or once it writes into `incomplete`.
  private static void killOne(Path log, Path out, Path incomplete, SplittableRandom random)
      throws Exception {
    Process process = ImportProcess.start(log, out, true, "-Xmx128m", "-XX:TieredStopAtLevel=1");
    try (InputStream progress = process.getInputStream()) {
      int ticks = random.nextInt(1, 2 * TICKS);
      assertThat(progress.readNBytes(Math.min(ticks, TICKS)).length).isPositive();
      if (ticks > TICKS) {
        String[] files = {"", PreparedData.INTERACTIONS, PreparedData.USERS, PreparedData.MANIFEST};
        Path awaited = incomplete.resolve(files[random.nextInt(files.length)]);
        boolean ended = false;
        while (!ended && !Files.exists(awaited)) {
          ended = process.waitFor(1, TimeUnit.MILLISECONDS);
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Path log(String name, int factor) throws IOException {
    StringBuilder rows = new StringBuilder("user_id,item_id,timestamp\n");
    for (int i = 0; i < ROWS; i++) {
      rows.append(i % 701).append(',').append((long) i * factor % 4_999).append(',').append(i);
      rows.append('\n');
    }
    return Imports.file(folder, name, rows.toString());
  }
}
