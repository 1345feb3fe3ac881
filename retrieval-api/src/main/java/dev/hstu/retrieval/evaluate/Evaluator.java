package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One way of evaluating, applicable to any model or generation: the data, the protocol, the
/// engine.
///
/// @param data histories and targets
/// @param target which event of a user is to be found
/// @param filters each measured in the same run
/// @param engine that encodes the histories
/// @param workers threads that rank, at least 1
public record Evaluator(
    PreparedData data,
    LeaveOneOut.Target target,
    List<SeenFilter> filters,
    EngineChoice engine,
    int workers) {

  public Evaluator {
    filters = List.copyOf(filters);
    if (workers < 1) {
      throw new IllegalArgumentException("workers=" + workers + " must be at least 1");
    }
  }

  /// As a build measures what it has made: every user's last event, all filters, every core.
  public static Evaluator ofBuild(PreparedData data, Engine engine) {
    return new Evaluator(
        data,
        LeaveOneOut.Target.TEST,
        List.of(SeenFilter.values()),
        EngineChoice.of(engine),
        Runtime.getRuntime().availableProcessors());
  }

  /// Number of users that will be ranked, for progress.
  public int cases() {
    return protocol().cases();
  }

  /// Ranks every case exactly by the model's own item vectors, which are held in memory.
  ///
  /// @throws SeenTargetsException when the model was trained on the targets
  public EvaluationReport evaluate(Path modelFolder, LongConsumer progress) throws IOException {
    String caution = cautionAbout(modelFolder);
    try (OpenModel open = ModelFolder.open(modelFolder)) {
      Model model = open.model();
      return evaluate(
          model,
          model.vocabulary(),
          new ExactScan(ModelVectors.of(model)),
          null,
          SearchDefaults.DEFAULT,
          null,
          caution,
          progress);
    }
  }

  /// Ranks every case exactly and through the generation's index.
  ///
  /// @throws dev.hstu.index.generation.DamagedGenerationException when the generation's model is
  /// not the one its vectors come from
  public EvaluationReport evaluate(Generation generation, LongConsumer progress)
      throws IOException {
    String caution = cautionAbout(generation.modelFolder());
    try (OpenModel open = ModelFolder.open(generation.modelFolder())) {
      generation.requireModel(open.model().fingerprint());
      return evaluate(
          open.model(),
          generation.ids(),
          generation.exactScan(),
          generation.index(),
          generation.manifest().index().search(),
          generation.id(),
          caution,
          progress);
    }
  }

  /// Ranks every case and reports.
  ///
  /// @param catalogue ids of the rows of scan and index
  /// @param scan over the model's item vectors
  /// @param index over the same vectors, or null to rank exactly only
  /// @param search how the index is searched
  /// @param generation named in the report, or null for a model folder
  /// @param caution stands in the report
  /// @param progress told the number of users done
  private EvaluationReport evaluate(
      Model model,
      IdTable catalogue,
      ExactScan scan,
      @Nullable ItemIndex index,
      SearchDefaults search,
      @Nullable String generation,
      @Nullable String caution,
      LongConsumer progress) {
    long start = System.nanoTime();
    LeaveOneOut protocol = protocol();
    try (UserEncoder encoder = Encoder.open(model, engine)) {
      Evaluation.Subject subject =
          new Evaluation.Subject(
              encoder,
              scan,
              index,
              search,
              RowMapping.between(data.items(), model.vocabulary()),
              RowMapping.between(data.items(), catalogue));
      Evaluation.Outcome outcome =
          new Evaluation(subject, protocol, data.items().size(), filters)
              .run(workers, progress::accept);
      return new EvaluationReport(
          model.fingerprint(),
          generation,
          encoder.engine(),
          data.fingerprint(),
          description(),
          scan.size(),
          protocol.cases(),
          protocol.usersWithoutCase(),
          outcome.unknownTargets(),
          outcome.rankings(index != null),
          caution,
          (System.nanoTime() - start) / 1e9);
    }
  }

  /// Refuses a model that was trained on these very targets, and says where that cannot be told.
  private @Nullable String cautionAbout(Path modelFolder) throws IOException {
    TrainingRecord training = TrainingRecord.read(modelFolder).orElse(null);
    if (training == null || !training.knowsHoldOut()) {
      return "nothing tells what the model was trained on; if on these targets, the figures show"
          + " what it remembers";
    }
    if (training.sawTargets(data.fingerprint(), target)) {
      throw new SeenTargetsException(training, target);
    }
    if (!training.heldOut(target)) {
      return ("the model was trained with --hold-out %d on other data (%.12s); if that held these"
              + " targets, the figures show what it remembers")
          .formatted(training.holdOut(), training.dataFingerprint());
    }
    return null;
  }

  private LeaveOneOut protocol() {
    return new LeaveOneOut(data.log(), target);
  }

  private String description() {
    return "leave-one-out over the whole catalogue, target = %s event, request time = target's"
        .formatted(target == LeaveOneOut.Target.TEST ? "last" : "last but one");
  }
}
