package dev.hstu.retrieval.cli;

import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.retrieval.evaluate.Evaluator;
import dev.hstu.retrieval.evaluate.SeenFilter;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import dev.hstu.retrieval.evaluate.leaks.Audit;
import dev.hstu.retrieval.evaluate.leaks.AuditCases;
import dev.hstu.retrieval.evaluate.leaks.CasesFile;
import dev.hstu.retrieval.evaluate.leaks.TrainedEvents;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What `--leaks` holds against what.
final class LeakOptions {

  @Option(
      names = "--leaks",
      description = {
        "Look for leaks instead: events of the future or the target in a history, targets, later",
        "events or twins of users in the training, a seen-filter other than a service's, a sampled",
        "ranking. Prints the metrics with and without each; exit code 1 where there are any."
      })
  private boolean leaks;

  @Option(
      names = "--cases",
      paramLabel = "FILE",
      description = {
        "With --leaks: audit these cases instead of --data's own, one JSON object a line with"
            + " userId,",
        "events, requestTime, target and perhaps candidates (what was ranked) and excluded."
      })
  private @Nullable Path cases;

  @Option(
      names = "--held-out-users",
      description = "With --leaks: the evaluation claims that training saw none of its users.")
  private boolean usersHeldOut;

  /// Whether leaks are looked for.
  boolean wanted() {
    if (!leaks && (cases != null || usersHeldOut)) {
      throw new UserError(
          "--cases and --held-out-users are for --leaks; give it, or leave them out");
    }
    return leaks;
  }

  /// The evaluation to be audited.
  ///
  /// @param modelFolder whose record tells of the training
  /// @param filter what cannot be ranked where a case doesn't say so
  Audit audit(Evaluator evaluator, Path modelFolder, HistoryWindow window, SeenFilter filter)
      throws IOException {
    PreparedData data = evaluator.data();
    return new Audit(
        cases == null
            ? AuditCases.of(evaluator.protocol(), data)
            : CasesFile.read(cases, data.items()),
        data.items().size(),
        data.clock(),
        window,
        filter,
        training(evaluator, modelFolder),
        usersHeldOut);
  }

  private static @Nullable TrainedEvents training(Evaluator evaluator, Path modelFolder)
      throws IOException {
    TrainingRecord record = TrainingRecord.read(modelFolder).orElse(null);
    PreparedData data = evaluator.data();
    PreparedData trained = evaluator.trainedOn();
    if (trained == null
        && record != null
        && record.knowsHoldOut()
        && record.dataFingerprint().equals(data.fingerprint())) {
      trained = data;
    }
    if (trained == null) {
      return null;
    }
    Integer holdOut = record == null ? null : record.holdOut();
    return new TrainedEvents(trained, data, holdOut == null ? 0 : holdOut);
  }
}
