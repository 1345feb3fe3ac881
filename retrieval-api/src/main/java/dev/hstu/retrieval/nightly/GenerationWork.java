package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildRefusedException;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.BuildStep;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.InvalidVectorException;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.retrieval.data.PreparedCatalog;
import dev.hstu.retrieval.evaluate.BuildEvaluation;
import dev.hstu.retrieval.evaluate.Evaluator;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import dev.hstu.retrieval.evaluate.SeenFilter;
import dev.hstu.retrieval.evaluate.SeenTargetsException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A generation of the night's model, vectors and catalogue, with the night's time in its name.
final class GenerationWork implements NightWork {

  static final String GENERATION = "generation";
  static final String DIGEST = "content_digest";

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
    IndexSettings index;
    try (ItemVectors vectors = ItemVectors.open(night.folder().vectors())) {
      catalog = PreparedCatalog.of(night.data()).alignedTo(vectors.ids());
      index = night.configuration().build().index().choose(vectors.matrix());
    }
    BuildRequest request =
        new BuildRequest(
            night.store(),
            night.folder().model(),
            fingerprint,
            night.folder().vectors(),
            catalog,
            index,
            Runtime.getRuntime().availableProcessors(),
            evaluator(night, result),
            night.createdAt());
    try {
      return IndexBuilder.build(request, listener(progress));
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
        new Evaluator(
            night.data(),
            LeaveOneOut.Target.TEST,
            List.of(SeenFilter.values()),
            EngineChoice.of(Engine.DJL),
            Runtime.getRuntime().availableProcessors());
    return candidate -> {
      try {
        return Optional.of(BuildEvaluation.of(evaluator.evaluate(candidate, done -> {})));
      } catch (SeenTargetsException e) {
        result.remark("not evaluated: " + e.getMessage());
        return Optional.empty();
      }
    };
  }

  private static BuildListener listener(NightProgress progress) {
    int steps = BuildStep.values().length;
    return (step, done, total) -> {
      double part = total == 0 ? 0 : (double) done / total;
      progress.at(step.ordinal() + part, steps, step.name().toLowerCase(Locale.ROOT));
    };
  }
}
