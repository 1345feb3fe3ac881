package dev.hstu.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Only the thread itself is lowered, and by as much as is said.
@EnabledOnOs(OS.LINUX)
class BackgroundThreadsTest {

  @Test
  void aThreadOfTheFactoryIsModestAndItsMakerIsNot() throws Exception {
    int before = niceness();
    CompletableFuture<Integer> inside = new CompletableFuture<>();
    Thread thread =
        BackgroundThreads.factory("modest").newThread(() -> inside.complete(nicenessUnchecked()));
    thread.start();

    assertThat(inside.get()).isEqualTo(Math.max(before, 10));
    assertThat(niceness()).isEqualTo(before);
    assertThat(thread.getName()).isEqualTo("modest");
    assertThat(thread.isDaemon()).isTrue();
  }

  private static int nicenessUnchecked() {
    try {
      return niceness();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Of the calling thread: the 19th field of proc(5)'s stat.
  private static int niceness() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
  }
}
