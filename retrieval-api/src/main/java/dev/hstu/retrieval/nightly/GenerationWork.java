package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildMemory;
import dev.hstu.index.BuildRefusedException;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.BuildStep;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.InvalidVectorException;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.live.CarryReport;
import dev.hstu.index.memory.InsufficientMemoryException;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.tune.TunedBuild;
import dev.hstu.index.tune.Tuning;
import dev.hstu.index.tune.TuningFile;
import dev.hstu.index.tune.TuningListener;
import dev.hstu.index.tune.UnreachableGoalException;
import dev.hstu.retrieval.config.NightlyConfiguration;
import dev.hstu.retrieval.data.PreparedCatalog;
import dev.hstu.retrieval.evaluate.BuildEvaluation;
import dev.hstu.retrieval.evaluate.Evaluator;
import dev.hstu.retrieval.gate.GoldenCompanion;
import dev.hstu.retrieval.tune.IndexTuning;
import dev.hstu.retrieval.tune.IndexWish;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A generation of the night's model, vectors and catalogue, with the night's time in its name.
final class GenerationWork implements NightWork {

  static final String GENERATION = "generation";
  static final String DIGEST = "content_digest";

  /// Ids in a remark.
  private static final int EXAMPLES = 5;

  private static final String SHARDS = "shards";

  /// Sizes of the vectors in a generation: the vectors themselves, once more in the index, in codes
  /// and as links, and what an index writes before it is merged.
  private static final int COPIES_OF_VECTORS = 4;

  @Override
  public NightStep step() {
    return NightStep.BUILD;
  }

  @Override
  public long diskBytes(NightContext night) throws IOException {
    try (OpenModel open = night.openModel()) {
      long vectors = EmbedWork.vectorBytes(open.model().config());
      long model = RamBudget.parameterBytes(open.model().config());
      return COPIES_OF_VECTORS * vectors + model + 2 * Files.size(night.folder().vectors());
    }
  }

  /// What a tuning measures differs from run to run, and the number of shards follows from the
  /// memory of the run that begins the build; both enter the content, so a night decides once.
  @Override
  public SortedMap<String, Long> decide(NightContext night) throws IOException {
    NightlyConfiguration configuration = night.configuration();
    try (ItemVectors vectors = ItemVectors.open(night.folder().vectors())) {
      IndexSettings wanted = decideIndex(night, vectors.matrix());
      IndexSettings fitting = BuildMemory.fit(wanted, vectors, configuration.ramBytes());
      return new TreeMap<>(Map.of(SHARDS, (long) fitting.shards()));
    } catch (InsufficientMemoryException e) {
      throw new NightRefusedException(e.getMessage(), e);
    }
  }

  /// Tunes where only measuring tells, and keeps the tuning in the night's folder.
  private static IndexSettings decideIndex(NightContext night, VectorMatrix vectors)
      throws IOException {
    IndexWish wish = night.configuration().build().index();
    if (!wish.isMeasured(vectors.rows())) {
      return wish.unmeasured();
    }
    int workers = Runtime.getRuntime().availableProcessors();
    Tuning tuning = wish.measure(vectors, users(night), workers, TuningListener.NONE).tuning();
    TuningFile.write(night.folder().tuning(), tuning);
    return chosen(tuning);
  }

  /// The tuning decided on, with the requests to calibrate the whole index by.
  private static Optional<TunedBuild> tuned(NightContext night, int items) throws IOException {
    if (!night.configuration().build().index().isMeasured(items)) {
      return Optional.empty();
    }
    Tuning tuning = TuningFile.read(night.folder().tuning());
    return Optional.of(new TunedBuild(tuning, users(night).requests()));
  }

  private static IndexTuning users(NightContext night) throws IOException {
    return new IndexTuning(
        night.data(),
        night.folder().model(),
        EngineChoice.of(Engine.DJL),
        IndexTuning.DEFAULT_USERS);
  }

  private static IndexSettings chosen(Tuning tuning) {
    try {
      return tuning.chosen();
    } catch (UnreachableGoalException e) {
      // The exact scan is among the candidates and finds everything.
      throw new IllegalStateException(e);
    }
  }

  private static int shards(NightContext night) {
    return night.decided(SHARDS).intValue();
  }

  @Override
  public StepResult run(NightContext night, NightProgress progress) throws IOException {
    String fingerprint = night.journal().done(NightStep.TRAIN).output(TrainWork.MODEL);
    StepResult result = new StepResult().input(TrainWork.MODEL, fingerprint);
    Optional<GenerationManifest> built = builtBefore(night, fingerprint);
    GenerationManifest manifest =
        built.isPresent() ? built.get() : build(night, fingerprint, result, progress);
    manifest.evaluation().forEach(result::figure);
    return result
        .output(GENERATION, manifest.id())
        .output(DIGEST, manifest.contentDigest())
        .figure(TrainWork.ITEMS, manifest.items())
        .figure("bytes", manifest.bytes());
  }

  /// What a run built that was killed before it could say so: only this night's model in this
  /// night's second.
  private static Optional<GenerationManifest> builtBefore(NightContext night, String fingerprint)
      throws IOException {
    for (GenerationEntry entry : night.store().list()) {
      if (entry instanceof GenerationEntry.Whole whole
          && whole.manifest().createdAt().equals(night.createdAt())
          && whole.manifest().modelFingerprint().equals(fingerprint)) {
        return Optional.of(night.store().verify(whole.manifest().id()));
      }
    }
    return Optional.empty();
  }

  private static GenerationManifest build(
      NightContext night, String fingerprint, StepResult result, NightProgress progress)
      throws IOException {
    Catalog catalog;
    Optional<TunedBuild> tuned;
    try (ItemVectors vectors = ItemVectors.open(night.folder().vectors())) {
      catalog = PreparedCatalog.of(night.data()).alignedTo(vectors.ids());
      tuned = tuned(night, vectors.matrix().rows());
    }
    IndexSettings index =
        tuned
            .map(build -> chosen(build.tuning()))
            .orElseGet(() -> night.configuration().build().index().unmeasured());
    BuildRequest request =
        new BuildRequest(
            night.store(),
            night.folder().model(),
            fingerprint,
            night.folder().vectors(),
            catalog,
            index.withShards(shards(night)),
            Runtime.getRuntime().availableProcessors(),
            evaluator(night, result),
            night.createdAt());
    try (GoldenCompanion golden =
        GoldenCompanion.of(night.data(), night.configuration().build().goldenUsers())) {
      BuildRequest whole = request.withCompanions(golden.files());
      return IndexBuilder.build(
          tuned.map(whole::withTuned).orElse(whole), new Listener(progress, result));
    } catch (BuildRefusedException | InvalidVectorException e) {
      throw new NightRefusedException(e.getMessage(), e);
    }
  }

  /// Measures the candidate on the night's data, unless its model has seen the targets.
  private static GenerationEvaluator evaluator(NightContext night, StepResult result)
      throws IOException {
    if (!night.configuration().build().evaluate()) {
      return GenerationEvaluator.NONE;
    }
    Evaluator evaluator =
        Evaluator.ofBuild(night.data(), Engine.DJL, night.configuration().steps());
    return candidate ->
        BuildEvaluation.of(evaluator, candidate, done -> {}, report -> {}, result::remark);
  }

  /// The build as one progress, and what the updates of the day became in it.
  private record Listener(NightProgress progress, StepResult result) implements BuildListener {

    @Override
    public void at(BuildStep step, long done, long total) {
      double part = total == 0 ? 0 : (double) done / total;
      progress.at(
          step.ordinal() + part, BuildStep.values().length, step.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void carried(CarryReport report) {
      result
          .figure("updates.replaced", report.replaced())
          .figure("updates.added", report.added())
          .figure("updates.deleted", report.deleted())
          .figure("updates.dropped", report.dropped());
      if (report.dropped() > 0) {
        result.remark(
            "%,d live items have a vector of another model and none of this one and were dropped, among them %s"
                .formatted(
                    report.dropped(),
                    String.join(", ", report.droppedIds().stream().limit(EXAMPLES).toList())));
      }
    }
  }
}
