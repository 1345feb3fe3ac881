package dev.hstu.retrieval.cli;

import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.NightlyConfiguration;
import dev.hstu.retrieval.nightly.FinishedStep;
import dev.hstu.retrieval.nightly.NightOutcome;
import dev.hstu.retrieval.nightly.NightReport;
import dev.hstu.retrieval.nightly.Nightly;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu nightly`: takes in what is new, trains on, builds, publishes and prunes.
@Command(
    name = "nightly",
    mixinStandardHelpOptions = true,
    description = {
      "Takes in new interactions and items, trains on from the last night, builds, asks the publish",
      "gate, publishes and prunes. Killed at any time, the same command goes on where it was. What serves changes at the",
      "publish alone; a night that can't be published ends with a report that says why.",
      "Keys of the file: NIGHTLY.md."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:published",
      "1:broke off; the next run goes on with the same night",
      "2:the configuration can't be used, or another run holds the work folder",
      "3:the publish gate blocks the generation; the night is closed, the report says why",
      "4:the night failed otherwise and is closed; the report says why"
    })
public final class NightlyCommand implements Callable<Integer> {

  private static final int PUBLISHED = 0;
  private static final int INTERRUPTED = 1;
  private static final int FAILED = 4;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "YAML file of the night's settings.")
  private Path config;

  @Option(names = "--json", description = "Print the report as one JSON document, not as a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    try (NightProgressBar progress = new NightProgressBar(console)) {
      NightlyConfiguration configuration = NightlyConfiguration.read(config);
      NightOutcome outcome = Nightly.run(configuration, InstantSource.system(), progress);
      progress.close();
      print(console, configuration, outcome.report());
      return switch (outcome) {
        case NightOutcome.Published published -> PUBLISHED;
        case NightOutcome.Interrupted interrupted -> INTERRUPTED;
        case NightOutcome.Blocked blocked -> ConsolePublication.EXIT_BLOCKED;
        case NightOutcome.Failed failed -> FAILED;
      };
    } catch (InvalidSettingException
        | DirectoryLockedException
        | DamagedFileException
        | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void print(Console console, NightlyConfiguration configuration, NightReport report) {
    if (json) {
      console.printJson(report.document());
      return;
    }
    for (FinishedStep step : report.steps()) {
      console.print(
          String.format(
              Locale.ROOT,
              "%-8s %8.1f s  %s",
              step.step().label(),
              step.seconds(),
              NightReport.about(step)));
    }
    for (FinishedStep step : report.steps()) {
      step.remarks().forEach(remark -> console.remark(step.step().label() + ": " + remark));
    }
    console.print(report.summary());
    console.print("report: " + configuration.folder().resolve("latest.html"));
  }
}
