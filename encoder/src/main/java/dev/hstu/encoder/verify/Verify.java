package dev.hstu.encoder.verify;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/// `java -cp 'lib/*' dev.hstu.encoder.verify.Verify FILE...`: [GoldenVerification] of every engine
/// present, for machines that have this module's jars and no command line. Exit code 1 when a check
/// failed, 2 for wrong input.
public final class Verify {

  private static final int FAILED = 1;
  private static final int BAD_INPUT = 2;

  private Verify() {}

  public static void main(String[] files) {
    System.exit(run(files, System.out, System.err));
  }

  static int run(String[] files, PrintStream out, PrintStream err) {
    if (files.length == 0) {
      err.println("give the golden files to check, e.g. golden/tiny.safetensors");
      return BAD_INPUT;
    }
    boolean passed = true;
    try {
      for (String file : files) {
        VerificationReport report =
            GoldenVerification.verify(Path.of(file), GoldenVerification.enginesPresent());
        report.checks().forEach(check -> out.println(line(file, check)));
        passed &= report.passed();
      }
    } catch (IOException e) {
      err.println(e.getMessage());
      return BAD_INPUT;
    }
    return passed ? 0 : FAILED;
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
