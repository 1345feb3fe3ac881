package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.evaluate.EvaluationProtocol;
import dev.hstu.retrieval.evaluate.Evaluator;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import dev.hstu.retrieval.evaluate.RequestTimeRule;
import dev.hstu.retrieval.evaluate.SeenFilter;
import dev.hstu.retrieval.evaluate.TimeSplit;
import dev.hstu.retrieval.http.WrittenFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say what is to be found by whom, and what may be known.
final class ProtocolOptions {

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Prepared data.")
  private Path data = Path.of("");

  @Option(
      names = "--exclude",
      paramLabel = "window|all",
      description = {
        "Which seen items cannot be ranked: the model's window, as published results have it, or the",
        "whole history, as a service does. Both are measured by default."
      })
  private @Nullable SeenFilter exclude;

  @Option(
      names = "--filter",
      paramLabel = "JSON",
      description = {
        "Rank only items that this accepts, as POST /retrieve takes it:",
        "'{\"in\": {\"genres\": [\"Comedy\"]}}', with all, any and not. Who is to find another item is not",
        "asked. Attributes are those of --data."
      })
  private @Nullable String filter;

  @Option(
      names = "--target",
      paramLabel = "test|validation",
      defaultValue = "test",
      description = "A user's last event or the last but one. Default: ${DEFAULT-VALUE}.")
  private LeaveOneOut.Target target = LeaveOneOut.Target.TEST;

  @Option(
      names = "--split-time",
      paramLabel = "INSTANT",
      converter = InstantConverter.class,
      description = {
        "Instead of leave-one-out, one instant for all users (seconds, 2024-10-01 or",
        "2024-10-01T12:30:00Z): everything before is known, each user's first event from then on is to",
        "be found. Needs real times and a model of `hstu import --until` of the same instant."
      })
  private @Nullable Long splitTime;

  @Option(
      names = "--request-time",
      paramLabel = "target|last-event",
      defaultValue = "target",
      converter = RequestTimeConverter.class,
      description = {
        "When the model is asked: at the target's time, as published, or at the last event's (a step",
        "later where times are order only). Default: ${DEFAULT-VALUE}."
      })
  private RequestTimeRule requestTime = RequestTimeRule.TARGET;

  @Option(
      names = "--training-data",
      paramLabel = "DIR",
      description =
          "What the model was trained on, where that is not --data: shows whether it saw the targets.")
  private @Nullable Path trainingData;

  @Option(
      names = "--engine",
      defaultValue = "djl",
      description = "reference, djl or cuda; see hstu engines. Default: ${DEFAULT-VALUE}.")
  private Engine engine = Engine.DJL;

  /// Which filters are measured.
  List<SeenFilter> filters() {
    return exclude == null ? List.of(SeenFilter.values()) : List.of(exclude);
  }

  /// The evaluation these options ask for.
  Evaluator evaluator() throws IOException {
    Encoder.requireAvailable(engine);
    PreparedData prepared = PreparedData.open(data);
    EvaluationProtocol protocol =
        splitTime == null
            ? new LeaveOneOut(prepared.log(), target, requestTime, prepared.clock())
            : new TimeSplit(prepared.log(), splitTime, requestTime, prepared.clock());
    Evaluator evaluator =
        new Evaluator(
            prepared,
            protocol,
            filters(),
            EngineChoice.of(engine),
            Runtime.getRuntime().availableProcessors(),
            trainingData == null ? null : PreparedData.open(trainingData));
    return filter == null ? evaluator : evaluator.ranking(rule(filter));
  }

  /// Whether candidates are filtered.
  boolean filtered() {
    return filter != null;
  }

  private static FilterRule rule(String text) throws IOException {
    try {
      return WrittenFilter.read(text, ServiceConfiguration.of(List.of()).retrieval());
    } catch (IllegalArgumentException e) {
      throw new UserError("--filter: " + e.getMessage(), e);
    }
  }
}
