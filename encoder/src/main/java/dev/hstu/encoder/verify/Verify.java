package dev.hstu.encoder.verify;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// `java -cp 'lib/*' dev.hstu.encoder.verify.Verify [--engine=ENGINE[:PRECISION]] FILE...`:
/// [GoldenVerification] of every engine present, or of the one named, for machines that have this
/// module's jars and no command line. Exit code 1 when a check failed, 2 for wrong input.
public final class Verify {

  private static final int FAILED = 1;
  private static final int BAD_INPUT = 2;
  private static final String ENGINE = "--engine=";

  private Verify() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments, System.out, System.err));
  }

  static int run(String[] arguments, PrintStream out, PrintStream err) {
    boolean named = arguments.length > 0 && arguments[0].startsWith(ENGINE);
    List<String> files = Arrays.asList(arguments).subList(named ? 1 : 0, arguments.length);
    if (files.isEmpty()) {
      err.println("give the golden files to check, e.g. golden/tiny.safetensors");
      return BAD_INPUT;
    }
    boolean passed = true;
    try {
      List<EngineChoice> engines =
          named
              ? choices(arguments[0].substring(ENGINE.length()))
              : GoldenVerification.enginesPresent();
      for (String file : files) {
        VerificationReport report = GoldenVerification.verify(Path.of(file), engines);
        report.checks().forEach(check -> out.println(line(file, check)));
        passed &= report.passed();
      }
    } catch (IOException | IllegalArgumentException | EngineUnavailableException e) {
      err.println(e.getMessage());
      return BAD_INPUT;
    }
    return passed ? 0 : FAILED;
  }

  /// Reads `cuda` or `cuda:float32`.
  private static List<EngineChoice> choices(String name) {
    int colon = name.indexOf(':');
    if (colon < 0) {
      return GoldenVerification.choicesOf(Engine.parse(name));
    }
    Engine engine = Engine.parse(name.substring(0, colon));
    return List.of(
        EngineChoice.of(engine).withPrecision(Precision.parse(name.substring(colon + 1))));
  }

  private static String line(String file, Check check) {
    String result =
        switch (check.outcome()) {
          case Outcome.Measured(double error, double tolerance) ->
              "%s %.2e, tolerance %.0e"
                  .formatted(check.failed() ? "FAILED" : "ok", error, tolerance);
          case Outcome.Skipped(String reason) -> "skipped: " + reason;
        };
    return String.join(" ", file, check.engine(), check.precision(), check.tensor(), result);
  }
}
