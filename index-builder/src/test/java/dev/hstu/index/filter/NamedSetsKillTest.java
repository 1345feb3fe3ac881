package dev.hstu.index.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.kernels.tables.IdTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process killed at any moment while it registers sets leaves each set as the last acknowledged
/// registration made it, or as the one under way would have; never half, never older.
final class NamedSetsKillTest {

  /// Longest time between the first acknowledgement and the death; a registration takes some 20 ms.
  private static final int MAX_DELAY_MICROS = 200_000;

  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  @Test
  void threeKillsLeaveTheSetWhole() throws IOException, InterruptedException {
    kill(3, 1);
  }

  @Test
  @Tag("soak")
  void aHundredKillsLeaveTheSetWhole() throws IOException, InterruptedException {
    kill(100, 2);
  }

  private void kill(int times, long seed) throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < times; i++) {
      long acknowledged = killOne(random.nextInt(MAX_DELAY_MICROS));
      NamedSets sets = NamedSets.open(folder);
      assertThat(sets.damaged()).isEmpty();
      IdTable ids = sets.current().get(RegisteringProcess.SET).ids();
      assertThat(ids.size()).isEqualTo(RegisteringProcess.IDS);
      assertThat(ids.longAt(0)).isBetween(acknowledged, acknowledged + 1);
      assertThat(ids.longAt(ids.size() - 1)).isEqualTo(ids.longAt(0) + ids.size() - 1);
    }
    NamedSets sets = NamedSets.open(folder);
    sets.register("another", IdTable.ofLongs(new long[] {1}));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("the next change removes what was left half")
          .containsExactlyInAnyOrder("LOCK", "another.ids", RegisteringProcess.SET + ".ids");
    }
  }

  /// @return the last registration acknowledged
  private long killOne(int delayMicros) throws IOException, InterruptedException {
    Process child = start();
    try (BufferedReader output = child.inputReader()) {
      String line = output.readLine();
      assertThat(line).as("the first acknowledgement").isNotNull();
      // The only wait that ends by itself when the child does.
      assertThat(child.waitFor(delayMicros, TimeUnit.MICROSECONDS)).isFalse();
      // The process would close the stream to what it said last; its handle doesn't.
      assertThat(child.toHandle().destroyForcibly()).isTrue();
      assertThat(child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      List<String> rest = output.lines().toList();
      return Long.parseLong(rest.isEmpty() ? line : rest.getLast());
    } finally {
      child.destroyForcibly();
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            RegisteringProcess.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
