package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.verify.Check;
import dev.hstu.encoder.verify.GoldenVerification;
import dev.hstu.encoder.verify.Outcome;
import dev.hstu.encoder.verify.VerificationReport;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hstu verify`: holds engines equal to the public implementation.
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Compares engines with golden files of the public implementation: every layer, sequence,",
      "users, ranking, loss and gradients, as |out - expected| / |expected| of each tensor.",
      "Exit code 1 when one is beyond its tolerance."
    })
public final class VerifyCommand implements Callable<Integer> {

  private static final int CHECK_FAILED = 1;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Golden safetensors files.")
  private List<Path> files = List.of();

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = {
        "reference, djl or cuda (see hstu engines); may repeat.",
        "Default: every engine present."
      })
  private List<String> engines = List.of();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cpu, gpu0, … for the engines named. Default: the engine's usual one.")
  private @Nullable String device;

  @Option(names = "--all", description = "Print every check, not the largest error of each kind.")
  private boolean all;

  @Option(names = "--json", description = "Print one JSON document with every check.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    List<EngineChoice> choices = choices(console);
    List<VerificationReport> reports = new ArrayList<>();
    try (ProgressReporter progress = console.progress("verify", files.size(), "files")) {
      for (Path file : files) {
        reports.add(GoldenVerification.verify(file, choices));
        progress.at(reports.size());
      }
    } catch (NoSuchFileException | MalformedSafetensorsException | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
    boolean passed = reports.stream().allMatch(VerificationReport::passed);
    if (json) {
      console.printJson(document(passed, reports));
    } else {
      print(console, passed, reports);
    }
    return passed ? 0 : CHECK_FAILED;
  }

  private List<EngineChoice> choices(Console console) {
    if (engines.isEmpty()) {
      if (device != null) {
        throw new UserError("--device=" + device + " is for an engine; name it with --engine");
      }
      for (EngineStatus status : Encoder.engines()) {
        if (!status.available()) {
          console.remark(
              "not checked: engine %s: %s".formatted(status.engine().id(), status.description()));
        }
      }
      return GoldenVerification.enginesPresent();
    }
    List<EngineChoice> choices = new ArrayList<>();
    for (String engine : engines) {
      for (EngineChoice choice : GoldenVerification.choicesOf(Engine.parse(engine))) {
        choices.add(device == null ? choice : choice.withDevice(device));
      }
    }
    return choices;
  }

  private void print(Console console, boolean passed, List<VerificationReport> reports) {
    Table table =
        new Table("file", "engine", "precision", "largest error at", "error", "tolerance", "");
    for (VerificationReport report : reports) {
      for (Check check : all ? report.checks() : report.largest()) {
        table.row(cells(report.file(), check));
      }
    }
    console.print(table);
    console.print(passed ? "all checks passed" : "FAILED: some checks are beyond their tolerance");
  }

  private static String[] cells(String file, Check check) {
    String name = String.valueOf(Path.of(file).getFileName());
    return switch (check.outcome()) {
      case Outcome.Measured(double error, double tolerance) ->
          new String[] {
            name,
            check.engine(),
            check.precision(),
            check.tensor(),
            String.format(Locale.ROOT, "%.1e", error),
            String.format(Locale.ROOT, "%.0e", tolerance),
            check.failed() ? "FAILED" : "ok"
          };
      case Outcome.Skipped(String reason) ->
          new String[] {
            name, check.engine(), check.precision(), check.tensor(), "", "", "skipped: " + reason
          };
    };
  }

  private static Map<String, Object> document(boolean passed, List<VerificationReport> reports) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("passed", passed);
    document.put("files", reports.stream().map(VerifyCommand::document).toList());
    return document;
  }

  private static Map<String, Object> document(VerificationReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("file", report.file());
    document.put("passed", report.passed());
    document.put("checks", report.checks().stream().map(VerifyCommand::document).toList());
    return document;
  }

  private static Map<String, Object> document(Check check) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("engine", check.engine());
    document.put("precision", check.precision());
    document.put("tensor", check.tensor());
    switch (check.outcome()) {
      case Outcome.Measured measured -> {
        document.put("error", measured.error());
        document.put("tolerance", measured.tolerance());
        document.put("passed", measured.passed());
      }
      case Outcome.Skipped skipped -> document.put("skipped", skipped.reason());
    }
    return document;
  }
}
