package dev.hstu.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Java process of a test's own that is killed by signal 9 in the middle of its work.
public final class KilledJvm {

  /// Longest time for a killed process to be gone on a busy machine.
  private static final long PATIENCE_SECONDS = 60;

  /// What signal 9 makes of an exit code.
  private static final int KILLED = 128 + 9;

  private KilledJvm() {}

  /// Starts a process, kills it some time after its first line, and holds that it was at work until
  /// then.
  ///
  /// @param errors file that takes what it says beside its output
  /// @param main works until it is killed, and prints a line when it begins
  /// @return every line it printed, the last perhaps cut
  public static List<String> run(int delayMicros, Path errors, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Process child = start(errors, main, arguments);
    List<String> lines = new ArrayList<>();
    try (BufferedReader output = child.inputReader()) {
      String line = output.readLine();
      assertThat(line).as(() -> "nothing begun: " + read(errors)).isNotNull();
      Thread killer = Thread.ofPlatform().start(() -> killAfter(child, delayMicros));
      while (line != null) {
        lines.add(line);
        line = output.readLine();
      }
      killer.join();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).as(() -> "ended by itself: " + read(errors)).isEqualTo(KILLED);
    return lines;
  }

  private static void killAfter(Process child, int delayMicros) {
    try {
      // The only wait that ends by itself when the child does.
      boolean ended = child.waitFor(delayMicros, TimeUnit.MICROSECONDS);
      if (!ended) {
        // By its handle, which leaves open what it has printed.
        assertThat(child.toHandle().destroyForcibly()).isTrue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Process start(Path errors, Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }

  private static String read(Path errors) {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
