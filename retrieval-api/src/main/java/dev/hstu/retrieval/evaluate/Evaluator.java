package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.index.search.SearchPlan;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepCosts;
import dev.hstu.retrieval.admission.StepParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One way of evaluating, applicable to any model or generation: the data, the protocol, the
/// engine.
///
/// @param data histories and targets
/// @param protocol over the log of `data`
/// @param filters each measured in the same run
/// @param engine that encodes the histories
/// @param workers threads that rank, at least 1
/// @param trainedOn the data the model was trained on where it is another and known, else null
/// @param steps of the brown-out ladder to measure in a generation, or null for none
/// @param ranked the items that are ranked, which the targets of `protocol` are among
public record Evaluator(
    PreparedData data,
    EvaluationProtocol protocol,
    List<SeenFilter> filters,
    EngineChoice engine,
    int workers,
    @Nullable PreparedData trainedOn,
    @Nullable StepParameters steps,
    RankedItems ranked) {

  public Evaluator {
    filters = List.copyOf(filters);
    if (workers < 1) {
      throw new IllegalArgumentException("workers=" + workers + " must be at least 1");
    }
  }

  /// Without the steps of the ladder.
  public Evaluator(
      PreparedData data,
      EvaluationProtocol protocol,
      List<SeenFilter> filters,
      EngineChoice engine,
      int workers,
      @Nullable PreparedData trainedOn) {
    this(data, protocol, filters, engine, workers, trainedOn, null, RankedItems.ALL);
  }

  /// The same with candidates that a filter accepts, as a service ranks them for a request with it:
  /// of the cases those remain whose target it accepts. Attributes are those of the data.
  ///
  /// @throws dev.hstu.index.filter.InvalidFilterException when the rule names a column, value or
  ///     set that can't be
  public Evaluator ranking(FilterRule rule) {
    RankedItems accepted = RankedItems.of(rule, data.items(), data.attributes());
    return new Evaluator(
        data,
        FilteredCases.of(protocol, accepted),
        filters,
        engine,
        workers,
        trainedOn,
        steps,
        accepted);
  }

  /// As a build measures what it has made: every user's last event, all filters, every core, the
  /// steps of the ladder.
  ///
  /// @param steps as the services take them that will serve it
  public static Evaluator ofBuild(PreparedData data, Engine engine, StepParameters steps) {
    return new Evaluator(
        data,
        new LeaveOneOut(data.log(), LeaveOneOut.Target.TEST),
        List.of(SeenFilter.values()),
        EngineChoice.of(engine),
        Runtime.getRuntime().availableProcessors(),
        null,
        steps,
        RankedItems.ALL);
  }

  /// Number of users that will be ranked, for progress.
  public int cases() {
    return protocol.cases();
  }

  /// Ranks every case exactly by the model's own item vectors, which are held in memory.
  ///
  /// @throws SeenTargetsException when the model was trained on the targets
  public EvaluationReport evaluate(Path modelFolder, LongConsumer progress) throws IOException {
    return evaluate(modelFolder, progress, Evaluation.AnswerListener.NONE);
  }

  /// Ranks every case exactly and through the generation's index.
  ///
  /// @throws dev.hstu.index.generation.DamagedGenerationException when the generation's model is
  /// not the one its vectors come from
  public EvaluationReport evaluate(Generation generation, LongConsumer progress)
      throws IOException {
    return evaluate(generation, progress, Evaluation.AnswerListener.NONE);
  }

  /// As [#evaluate(Path, LongConsumer)], with a listener.
  EvaluationReport evaluate(
      Path modelFolder, LongConsumer progress, Evaluation.AnswerListener listener)
      throws IOException {
    Evaluated about = about(modelFolder, null);
    return on(
        new ComparedSubject.OfModel(modelFolder),
        (model, subject) -> evaluate(model, subject, about, progress, listener));
  }

  /// As [#evaluate(Generation, LongConsumer)], with a listener.
  EvaluationReport evaluate(
      Generation generation, LongConsumer progress, Evaluation.AnswerListener listener)
      throws IOException {
    Evaluated about = about(generation.modelFolder(), generation.id());
    return on(
        new ComparedSubject.OfGeneration(generation),
        (model, subject) -> evaluate(model, subject, about, progress, listener));
  }

  /// Opens what is to be ranked, for as long as `use` takes.
  ///
  /// @throws dev.hstu.index.generation.DamagedGenerationException when the generation's model is
  /// not the one its vectors come from
  public <T> T on(ComparedSubject what, BiFunction<Model, Evaluation.Subject, T> use)
      throws IOException {
    return switch (what) {
      case ComparedSubject.OfModel(Path folder) -> {
        try (OpenModel open = ModelFolder.open(folder)) {
          Model model = open.model();
          yield on(
              model,
              model.vocabulary(),
              ModelVectors.scan(ModelVectors.of(model)),
              null,
              SearchDefaults.DEFAULT,
              use);
        }
      }
      case ComparedSubject.OfGeneration(Generation generation) -> {
        try (OpenModel open = ModelFolder.open(generation.modelFolder())) {
          generation.requireModel(open.model().fingerprint());
          yield on(
              open.model(),
              generation.ids(),
              ModelVectors.scan(generation.vectors()),
              generation.index(),
              generation.manifest().index().search(),
              use);
        }
      }
    };
  }

  private <T> T on(
      Model model,
      IdTable catalogue,
      ExactScan scan,
      @Nullable ItemIndex index,
      SearchDefaults search,
      BiFunction<Model, Evaluation.Subject, T> use) {
    try (UserEncoder encoder = Encoder.open(model, engine)) {
      return use.apply(
          model,
          new Evaluation.Subject(
              encoder,
              scan,
              index,
              search,
              RowMapping.between(data.items(), data.log(), model),
              RowMapping.between(data.items(), catalogue)));
    }
  }

  /// What the folders say beside the weights.
  ///
  /// @param generation its id, or null for a model folder
  /// @param caution why the figures may flatter, or null
  private record Evaluated(
      @Nullable String generation,
      @Nullable TrainingRecord record,
      @Nullable TrainingCurve curve,
      @Nullable String caution) {}

  private Evaluated about(Path modelFolder, @Nullable String generation) throws IOException {
    TrainingRecord record = TrainingRecord.read(modelFolder).orElse(null);
    return new Evaluated(
        generation,
        record,
        TrainingCurve.read(modelFolder).orElse(null),
        new TrainingCheck(record, data, trainedOn).caution(protocol));
  }

  private EvaluationReport evaluate(
      Model model,
      Evaluation.Subject subject,
      Evaluated about,
      LongConsumer progress,
      Evaluation.AnswerListener listener) {
    long start = System.nanoTime();
    int items = data.items().size();
    Detail detail =
        new Detail(Slicings.of(data.log(), protocol, items, data.clock()), true, ranked);
    Outcome outcome =
        new Evaluation(subject, protocol, items, filters, listener, detail)
            .run(workers, progress::accept);
    return new EvaluationReport(
        model.fingerprint(),
        about.generation(),
        subject.encoder().engine(),
        data.fingerprint(),
        protocol.description(),
        protocol.requestTime().label(),
        settings(model, about.record(), subject.scan()),
        subject.scan().size(),
        protocol.cases(),
        protocol.usersWithoutCase(),
        outcome.unknownTargets(),
        outcome.rankings(),
        outcome.slices(),
        outcome.lists(),
        about.curve(),
        about.caution(),
        steps(subject),
        (System.nanoTime() - start) / 1e9);
  }

  private EvaluationReport.@Nullable Steps steps(Evaluation.Subject subject) {
    ItemIndex index = subject.index();
    StepParameters parameters = steps;
    if (index == null || parameters == null) {
      return null;
    }
    StepCosts costs =
        new StepEvaluation(subject, protocol, data.items().size(), parameters)
            .run(index, subject.search().options(SearchPlan.AUTO));
    Map<QualityStep, StepCosts.Quality> quality = new EnumMap<>(QualityStep.class);
    for (QualityStep step : QualityStep.values()) {
      costs.at(step).ifPresent(measured -> quality.put(step, measured));
    }
    return new EvaluationReport.Steps(
        Math.min(StepEvaluation.MOST_USERS, protocol.cases()), parameters, quality);
  }

  private Map<String, String> settings(
      Model model, @Nullable TrainingRecord record, ExactScan scan) {
    ModelConfig config = model.config();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(
        "model",
        "%,d items, %s, newest %d events, clock %s"
            .formatted(config.items(), config.inWords(), config.maxEvents(), model.clock().spec()));
    if (record != null) {
      settings.put("training", record.inWords());
    }
    settings.put(
        "data",
        "%,d events of %,d users, clock %s"
            .formatted(data.log().events(), data.log().users(), data.clock().spec()));
    if (!ranked.all()) {
      settings.put(
          "filter",
          "accepts %,d of %,d items"
              .formatted(ranked.accepted().getCardinality(), data.items().size()));
    }
    settings.put("exact ranking", scan.description());
    return settings;
  }
}
