package dev.hstu.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Compilers are lowered and no other thread is. In a process of its own: those of the tests keep
/// their claim.
@EnabledOnOs(OS.LINUX)
class CompilerThreadsTest {

  private static final String COMPILER = "C[12] CompilerThre.*";

  @Test
  void onlyCompilersAreLowered() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Lowering.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> threads;
    try (InputStream out = child.getInputStream()) {
      threads = new String(out.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    assertThat(child.waitFor()).isZero();

    int own = BackgroundThreadsTest.niceness(Path.of("/proc/thread-self"));
    assertThat(threads).filteredOn(thread -> thread.matches(COMPILER)).isNotEmpty();
    assertThat(threads)
        .allSatisfy(
            thread ->
                assertThat(thread)
                    .endsWith(" " + (thread.matches(COMPILER) ? Math.max(own, 10) : own)));
  }

  /// Lowers its compilers and prints its threads, each with its niceness.
  static final class Lowering {

    public static void main(String[] arguments) throws IOException {
      if (CompilerThreads.lower() == 0) {
        throw new IllegalStateException("no compiler was lowered");
      }
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        tasks.forEach(Lowering::print);
      }
    }

    private static void print(Path task) {
      try {
        String name = Files.readString(task.resolve("comm")).strip();
        System.out.println(name + " " + BackgroundThreadsTest.niceness(task));
      } catch (IOException e) {
        System.err.println(task + " has ended meanwhile"); // as an idle compiler may
      }
    }
  }
}
