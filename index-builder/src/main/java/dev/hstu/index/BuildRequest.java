package dev.hstu.index;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.live.CarriedUpdates;
import dev.hstu.index.search.GraphIndexWriter;
import dev.hstu.index.search.IndexSettings;
import java.nio.file.Path;
import java.time.Instant;

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
public record BuildRequest(
    GenerationStore store,
    Path modelFolder,
    String modelFingerprint,
    Path itemVectors,
    Catalog catalog,
    IndexSettings index,
    int workers,
    GenerationEvaluator evaluator,
    Instant createdAt) {

  /// A model folder has three files; far more is another folder given by mistake.
  public static final int MAX_MODEL_FILES = 100;

  public BuildRequest {
    if (workers < 1 || workers > GraphIndexWriter.MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d must be within 1..%d".formatted(workers, GraphIndexWriter.MAX_WORKERS));
    }
  }

  /// The same with what updates made of vectors and catalogue.
  BuildRequest with(CarriedUpdates.Result carried) {
    return new BuildRequest(
        store,
        modelFolder,
        modelFingerprint,
        carried.itemVectors(),
        carried.catalog(),
        index,
        workers,
        evaluator,
        createdAt);
  }
}
