package dev.hstu.index;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.live.CarriedUpdates;
import dev.hstu.index.search.GraphIndexWriter;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.tune.TunedBuild;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a generation is built from.
///
/// @param store where it goes
/// @param modelFolder the model's files, copied as they are; plain files only, at most
///     [#MAX_MODEL_FILES]
/// @param modelFingerprint the fingerprint of that model, as the encoder computed it
/// @param itemVectors the item-vector file that model made
/// @param catalog what is known of the items, its ids those of the item vectors in their order
///     ([Catalog#alignedTo])
/// @param index what index is built over them, and how
/// @param workers threads that build it, 1..[GraphIndexWriter#MAX_WORKERS]
/// @param evaluator judges it before it gets its name
/// @param createdAt the time in its name, truncated to seconds
/// @param companions files to keep beside the rest under their own names, for whoever opens the
///     generation later ([dev.hstu.index.generation.Generation#companion]); at most
///     [#MAX_COMPANIONS], plain, their names none of [GenerationLayout]'s; copied
/// @param tuned the tuning that chose the index, absent where none did
public record BuildRequest(
    GenerationStore store,
    Path modelFolder,
    String modelFingerprint,
    Path itemVectors,
    Catalog catalog,
    IndexSettings index,
    int workers,
    GenerationEvaluator evaluator,
    Instant createdAt,
    List<Path> companions,
    Optional<TunedBuild> tuned) {

  /// Companions are made by hand, one a purpose.
  public static final int MAX_COMPANIONS = 16;

  /// A model folder has three files; far more is another folder given by mistake.
  public static final int MAX_MODEL_FILES = 100;

  public BuildRequest {
    if (workers < 1 || workers > GraphIndexWriter.MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d must be within 1..%d".formatted(workers, GraphIndexWriter.MAX_WORKERS));
    }
    companions = List.copyOf(companions);
    if (companions.size() > MAX_COMPANIONS) {
      throw new IllegalArgumentException(
          "%d companions are more than %d; give fewer"
              .formatted(companions.size(), MAX_COMPANIONS));
    }
    companions.forEach(BuildRequest::requireFreeName);
  }

  /// Without companions, an index that no tuning chose.
  public BuildRequest(
      GenerationStore store,
      Path modelFolder,
      String modelFingerprint,
      Path itemVectors,
      Catalog catalog,
      IndexSettings index,
      int workers,
      GenerationEvaluator evaluator,
      Instant createdAt) {
    this(
        store,
        modelFolder,
        modelFingerprint,
        itemVectors,
        catalog,
        index,
        workers,
        evaluator,
        createdAt,
        List.of(),
        Optional.empty());
  }

  /// The same with these files beside the rest.
  public BuildRequest withCompanions(List<Path> files) {
    return with(itemVectors, catalog, files, tuned);
  }

  /// The same, its index chosen by a tuning.
  public BuildRequest withTuned(TunedBuild by) {
    return with(itemVectors, catalog, companions, Optional.of(by));
  }

  /// The same with what updates made of vectors and catalogue.
  BuildRequest with(CarriedUpdates.Result carried) {
    return with(carried.itemVectors(), carried.catalog(), companions, tuned);
  }

  private BuildRequest with(
      Path vectors, Catalog items, List<Path> files, Optional<TunedBuild> by) {
    return new BuildRequest(
        store,
        modelFolder,
        modelFingerprint,
        vectors,
        items,
        index,
        workers,
        evaluator,
        createdAt,
        files,
        by);
  }

  private static void requireFreeName(Path companion) {
    String name = String.valueOf(companion.getFileName());
    if (!GenerationLayout.isFree(name)) {
      throw new IllegalArgumentException(
          "companion '%s' has a name of the generation's own; rename it".formatted(companion));
    }
  }
}
