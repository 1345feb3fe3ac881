package dev.hstu.encoder.training;

import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Everything a training needs to go on as if it had never stopped, in one safetensors file that is
/// replaced whole: there is no generator state, since [RandomStreams] starts from the step.
///
/// | tensors | hold |
/// |---|---|
/// | `weights.NAME` | parameters under their public names |
/// | `first.NAME`, `second.NAME` | moments of [AdamW] |
/// | `average.NAME` | averaged weights, where they are kept |
/// | `best.NAME` | weights of the best epoch, where one was chosen |
///
/// The metadata hold the format version, [CheckpointOwner] and [TrainingProgress].
record TrainingCheckpoint(
    TrainingProgress progress, Optimisation.State state, @Nullable BestEpoch best) {

  private static final String FORMAT_VERSION = "1";

  private static final String WEIGHTS = "weights.";
  private static final String FIRST = "first.";
  private static final String SECOND = "second.";
  private static final String AVERAGED = "averaged";
  private static final String AVERAGE = "average.";
  private static final String BEST = "best.";

  /// Replaces `file`, durably.
  void write(Path file, CheckpointOwner owner, NetworkConfig config) throws IOException {
    SequencedMap<String, ModelWeights> groups = new LinkedHashMap<>();
    groups.put(WEIGHTS, state.weights());
    groups.put(FIRST, state.firstMoments());
    groups.put(SECOND, state.secondMoments());
    if (state.average() != null) {
      groups.put(AVERAGE, state.average());
    }
    if (best != null) {
      groups.put(BEST, best.weights());
    }
    WeightGroups.write(file, metadata(owner), config, groups);
  }

  /// Reads what [#write] wrote, copying all of it onto the heap.
  ///
  /// @throws CheckpointMismatchException when it has another owner
  /// @throws IOException when it is damaged or of another format
  static TrainingCheckpoint read(Path path, CheckpointOwner owner, NetworkConfig config)
      throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      StateMetadata metadata = new StateMetadata(path, file.metadata());
      metadata.requireFormat(FORMAT_VERSION);
      owner.requireSame(
          path, new CheckpointOwner(metadata.text("settings"), metadata.text("data_fingerprint")));
      TrainingProgress progress =
          new TrainingProgress(
              (long) metadata.number("steps"),
              metadata.number("epoch_loss"),
              metadata.number("last_loss"),
              metadata.number("seconds"));
      Optimisation.State state =
          new Optimisation.State(
              WeightGroups.read(file, WEIGHTS, config),
              WeightGroups.read(file, FIRST, config),
              WeightGroups.readSecondMoments(file, SECOND, config),
              Boolean.parseBoolean(metadata.values().get(AVERAGED))
                  ? WeightGroups.read(file, AVERAGE, config)
                  : null);
      return new TrainingCheckpoint(progress, state, best(metadata, file, config));
    }
  }

  private Map<String, String> metadata(CheckpointOwner owner) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("format_version", FORMAT_VERSION);
    metadata.put("settings", owner.settings());
    metadata.put("data_fingerprint", owner.dataFingerprint());
    metadata.put("steps", Long.toString(progress.steps()));
    metadata.put("epoch_loss", Double.toString(progress.epochLoss()));
    metadata.put("last_loss", Double.toString(progress.lastLoss()));
    metadata.put("seconds", Double.toString(progress.seconds()));
    metadata.put(AVERAGED, Boolean.toString(state.average() != null));
    if (best != null) {
      metadata.put("best_epoch", Integer.toString(best.epoch()));
      metadata.put("best_score", Double.toString(best.score()));
    }
    return metadata;
  }

  private static @Nullable BestEpoch best(
      StateMetadata metadata, SafetensorsFile file, NetworkConfig config) throws IOException {
    if (!metadata.values().containsKey("best_epoch")) {
      return null;
    }
    return new BestEpoch(
        (int) metadata.number("best_epoch"),
        metadata.number("best_score"),
        WeightGroups.read(file, BEST, config));
  }
}
