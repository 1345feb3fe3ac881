package dev.hstu.retrieval.tune;

import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.tune.Autopilot;
import dev.hstu.index.tune.TunedBuild;
import dev.hstu.index.tune.Tuning;
import dev.hstu.index.tune.TuningGoal;
import dev.hstu.index.tune.TuningListener;
import dev.hstu.index.tune.TuningSettings;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Tunes an index on the vectors of real users.
///
/// @param data whose users ask
/// @param model that encodes them, a model folder
/// @param engine it runs on
/// @param users asked at most, 1..[#MAX_USERS]
public record IndexTuning(PreparedData data, Path model, EngineChoice engine, int users) {

  /// The standard error of a mean recall over so many is a thousandth or less.
  public static final int DEFAULT_USERS = 1_024;

  /// More refine no figure that anyone reads and are asked thousands of times each.
  public static final int MAX_USERS = 20_000;

  private static final long SEED = 1;

  public IndexTuning {
    if (users < 1 || users > MAX_USERS) {
      throw new IllegalArgumentException(
          "users=%d must be within 1..%d".formatted(users, MAX_USERS));
    }
  }

  /// The vectors that the users search with.
  public List<float[]> requests() throws IOException {
    return RequestVectors.of(data, model, engine, users, SEED);
  }

  /// Tunes, and keeps the users' vectors for calibrating the whole index.
  public TunedBuild tune(
      VectorMatrix vectors, TuningGoal goal, TuningSettings settings, TuningListener listener)
      throws IOException {
    List<float[]> requests = requests();
    return new TunedBuild(tune(vectors, requests, goal, settings, listener), requests);
  }

  /// Tunes on these queries, in a temporary folder.
  ///
  /// @param queries float `[dimension]` each; where empty, stand-ins are made of items
  public static Tuning tune(
      VectorMatrix vectors,
      List<float[]> queries,
      TuningGoal goal,
      TuningSettings settings,
      TuningListener listener)
      throws IOException {
    Path work = Files.createTempDirectory("hstu-tune");
    try {
      return Autopilot.tune(vectors, queries, goal, settings, work.resolve("index"), listener);
    } finally {
      DurableFiles.deleteRecursively(work);
    }
  }
}
