package dev.hstu.retrieval.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.retrieval.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hstu nightly` as a scheduler calls it: what matters is the exit code, and the sentence beside
/// it.
class NightlyVerbTest {

  @TempDir private Path folder;
  private CommandLineRun last = new CommandLineRun(0, "", "");
  private NightWorld world;

  @BeforeEach
  void simulate() throws IOException {
    world = new NightWorld(folder);
    world.firstDay();
  }

  @Test
  void aNightExitsWithZeroAndLeavesItsReport() throws IOException {
    assertThat(run(Map.of())).isZero();
    assertThat(world.store().currentId()).isPresent();
    assertThat(world.work().resolve("latest.json")).content().contains("\"published\"");
  }

  @Test
  void aHeldWorkFolderExitsWithTwoAndNamesTheHolder() throws IOException {
    Files.createDirectories(world.work());
    try (DirectoryLock lock = DirectoryLock.acquire(world.work())) {
      assertThat(lock.directory()).exists();
      assertThat(run(Map.of())).isEqualTo(2);
    }
    assertThat(last.err())
        .contains(world.work().toString())
        .contains("pid " + ProcessHandle.current().pid());
  }

  @Test
  void settingsThatCannotBeExitWithTwo() throws IOException {
    assertThat(run(Map.of("train.epochs", "none"))).isEqualTo(2);
    assertThat(last.err()).contains("train.epochs=none").contains("must be within 1..10000");
    assertThat(run(Map.of("ram", "512m"))).isEqualTo(2);
    assertThat(last.err())
        .contains("ram=512.0 MiB")
        .contains("the heap of this process may grow to");
    assertThat(world.work()).doesNotExist();
  }

  @Test
  void aBlockedNightExitsWithThreeAndAFailedOneWithFour() throws IOException {
    assertThat(run(Map.of("gate.min-golden-users", "1", "gate.min-popularity-ratio", "100")))
        .isEqualTo(3);
    Files.writeString(world.inbox().resolve("bad.csv"), "nothing,of,use\n1,2,3\n");
    assertThat(run(Map.of())).isEqualTo(4);
    assertThat(world.store().currentId()).isEmpty();
  }

  private int run(Map<String, String> changes) throws IOException {
    String config = world.configuration(changes).toString();
    last = CommandLineRun.of("nightly", "--config", config);
    return last.exitCode();
  }
}
