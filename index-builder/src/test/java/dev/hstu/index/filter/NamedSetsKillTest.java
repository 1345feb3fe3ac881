package dev.hstu.index.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.KilledJvm;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process killed at any moment while it registers sets leaves each set as the last acknowledged
/// registration made it, or as the one under way would have; never half, never older.
final class NamedSetsKillTest {

  /// Longest time between the first acknowledgement and the death; a registration takes some 20 ms.
  private static final int MAX_DELAY_MICROS = 200_000;

  @TempDir Path folder;

  @TempDir Path elsewhere;

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
    List<String> said =
        KilledJvm.run(
            delayMicros, elsewhere.resolve("errors"), RegisteringProcess.class, folder.toString());
    return Long.parseLong(said.getLast());
  }
}
