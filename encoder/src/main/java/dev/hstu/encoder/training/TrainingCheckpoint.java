package dev.hstu.encoder.training;

import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import dev.hstu.encoder.weights.Checkpoint;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Everything a training needs to go on as if it had never stopped, in one safetensors file that is
/// replaced whole: there is no generator state, since [RandomStreams] starts from the step.
///
/// | tensors | hold |
/// |---|---|
/// | `weights.NAME` | parameters under their public names |
/// | `first.NAME`, `second.NAME` | moments of [AdamW] |
/// | `best.NAME` | weights of the best epoch, where one was chosen |
///
/// The metadata hold the format version, [CheckpointOwner] and [TrainingProgress].
record TrainingCheckpoint(
    TrainingProgress progress, Optimisation.State state, @Nullable BestEpoch best) {

  private static final String FORMAT_VERSION = "1";

  private static final String WEIGHTS = "weights.";
  private static final String FIRST = "first.";
  private static final String SECOND = "second.";
  private static final String BEST = "best.";

  /// Replaces `file`, durably.
  void write(Path file, CheckpointOwner owner, HstuConfig config) throws IOException {
    Map<String, HstuWeights> groups = new LinkedHashMap<>();
    groups.put(WEIGHTS, state.weights());
    groups.put(FIRST, state.firstMoments());
    groups.put(SECOND, state.secondMoments());
    if (best != null) {
      groups.put(BEST, best.weights());
    }
    List<TensorSpec> specs = new ArrayList<>();
    for (String group : groups.keySet()) {
      for (TensorSpec spec : CheckpointNames.specs(config)) {
        specs.add(new TensorSpec(group + spec.name(), spec.dtype(), spec.shape()));
      }
    }
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, metadata(owner), specs)) {
      for (Map.Entry<String, HstuWeights> group : groups.entrySet()) {
        SortedMap<String, MemorySegment> tensors = CheckpointNames.tensors(group.getValue());
        for (TensorSpec spec : CheckpointNames.specs(config)) {
          writer.write(group.getKey() + spec.name(), tensors.get(spec.name()));
        }
      }
      writer.commit();
    }
  }

  /// Reads what [#write] wrote, copying all of it onto the heap.
  ///
  /// @throws CheckpointMismatchException when it has another owner
  /// @throws IOException when it is damaged or of another format
  static TrainingCheckpoint read(Path path, CheckpointOwner owner, HstuConfig config)
      throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Metadata metadata = new Metadata(path, file.metadata());
      if (!metadata.text("format_version").equals(FORMAT_VERSION)) {
        throw metadata.malformed("format_version", "this release reads " + FORMAT_VERSION);
      }
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
              read(file, WEIGHTS, config), read(file, FIRST, config), read(file, SECOND, config));
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
    if (best != null) {
      metadata.put("best_epoch", Integer.toString(best.epoch()));
      metadata.put("best_score", Double.toString(best.score()));
    }
    return metadata;
  }

  private static @Nullable BestEpoch best(
      Metadata metadata, SafetensorsFile file, HstuConfig config) throws IOException {
    if (!metadata.values().containsKey("best_epoch")) {
      return null;
    }
    return new BestEpoch(
        (int) metadata.number("best_epoch"),
        metadata.number("best_score"),
        read(file, BEST, config));
  }

  private static HstuWeights read(SafetensorsFile file, String group, HstuConfig config)
      throws IOException {
    HstuWeights mapped = Checkpoint.read(file, group, config);
    MemorySegment items = MemorySegment.ofArray(mapped.itemEmbeddings().toArray(HstuWeights.FLOAT));
    return new HstuWeights(items, mapped.positions(), mapped.blocks());
  }

  /// The header's strings, refused by name.
  private record Metadata(Path file, Map<String, String> values) {

    String text(String name) throws MalformedSafetensorsException {
      @Nullable String value = values.get(name);
      if (value == null) {
        throw malformed(name, "is this a training's checkpoint?");
      }
      return value;
    }

    double number(String name) throws MalformedSafetensorsException {
      try {
        return Double.parseDouble(text(name));
      } catch (NumberFormatException e) {
        throw malformed(name, "it must be a number");
      }
    }

    MalformedSafetensorsException malformed(String name, String problem) {
      return new MalformedSafetensorsException(
          file, "metadata %s=%s: %s".formatted(name, values.get(name), problem));
    }
  }
}
