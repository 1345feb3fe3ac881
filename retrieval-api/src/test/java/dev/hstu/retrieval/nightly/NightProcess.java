package dev.hstu.retrieval.nightly;

import dev.hstu.retrieval.config.NightlyConfiguration;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// A night in a JVM of its own, for tests that kill it. It prints a dot for every report of
/// progress.
final class NightProcess {

  private NightProcess() {}

  /// Arguments: the configuration, the time.
  public static void main(String[] arguments) throws IOException {
    Nightly.run(
        NightlyConfiguration.read(Path.of(arguments[0])),
        InstantSource.fixed(Instant.parse(arguments[1])),
        new Dots(System.out));
  }

  /// Starts one.
  static Process start(Path configuration, Instant now) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-cp",
            System.getProperty("java.class.path"),
            NightProcess.class.getName(),
            configuration.toString(),
            now.toString()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private record Dots(PrintStream out) implements NightListener {

    @Override
    public void onStep(NightStep step) {
      dot();
    }

    @Override
    public void at(NightStep step, double share, double secondsLeft, String note) {
      dot();
    }

    @Override
    public void onStepDone(FinishedStep step) {
      dot();
    }

    private void dot() {
      out.write('.');
      out.flush();
    }
  }
}
