package dev.hstu.encoder.training;

import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the optimiser knows at the end of a training beside the model, so that a later training
/// goes on with warm moments ([TrainingStart]): twice the size of the model, and of no use to
/// anyone who only serves it, hence a file of its own and no companion of the model.
///
/// Safetensors: `first.NAME` and `second.NAME`, moments of [AdamW] under the public tensor names.
/// Metadata: `format` = `hstu.training-state`, `format_version`, `model_fingerprint` and `updates`.
///
/// @param modelFingerprint of the model the training saved; row `r + 1` of an item table belongs to
///     row `r` of its vocabulary
/// @param updates of the optimiser, over all trainings of the chain
/// @param firstMoments means of the gradients
/// @param secondMoments means of their squares, of the item table perhaps one a row
public record TrainingState(
    String modelFingerprint, long updates, ModelWeights firstMoments, ModelWeights secondMoments) {

  private static final String FORMAT = "hstu.training-state";
  private static final String FORMAT_VERSION = "1";
  private static final String FIRST = "first.";
  private static final String SECOND = "second.";

  /// Replaces `file`, durably.
  void write(Path file, NetworkModel model) throws IOException {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put("format", FORMAT);
    metadata.put("format_version", FORMAT_VERSION);
    metadata.put("model_fingerprint", modelFingerprint);
    metadata.put("updates", Long.toString(updates));
    SequencedMap<String, ModelWeights> groups = new LinkedHashMap<>();
    groups.put(FIRST, firstMoments);
    groups.put(SECOND, secondMoments);
    WeightGroups.write(file, metadata, model.config(), groups);
  }

  /// Reads the state that belongs to `model`, copying it onto the heap.
  ///
  /// @throws CheckpointMismatchException when it is the state of another model
  /// @throws IOException when it is damaged or of another format
  public static TrainingState read(Path path, NetworkModel model) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      StateMetadata metadata = new StateMetadata(path, file.metadata());
      if (!metadata.text("format").equals(FORMAT)) {
        throw metadata.malformed("format", "expected " + FORMAT);
      }
      metadata.requireFormat(FORMAT_VERSION);
      String fingerprint = metadata.text("model_fingerprint");
      if (!fingerprint.equals(model.fingerprint())) {
        throw new CheckpointMismatchException(
            "%s belongs to model %s and not to %s; give the model's own, or none"
                .formatted(path, fingerprint, model.fingerprint()));
      }
      return new TrainingState(
          fingerprint,
          (long) metadata.number("updates"),
          WeightGroups.read(file, FIRST, model.config()),
          WeightGroups.readSecondMoments(file, SECOND, model.config()));
    }
  }
}
