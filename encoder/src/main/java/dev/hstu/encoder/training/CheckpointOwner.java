package dev.hstu.encoder.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.kernels.storage.DamagedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Which training a checkpoint or a finished member of an ensemble belongs to: a recipe over some
/// data. What may change between an interruption and the next run stays out of it: place and pace,
/// and of a checkpoint the length.
///
/// @param settings JSON
/// @param dataFingerprint of [TrainingData]
record CheckpointOwner(String settings, String dataFingerprint) {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String START = "start";

  private static final List<String> FREE =
      List.of("preset", "device", "threads", "checkpointSeconds");

  private static final String LENGTH = "epochs";

  /// What a setting that a checkpoint doesn't name was when it was written: every setting came into
  /// the world as its public value, which changes nothing, and before it could be said negatives
  /// were drawn for each user.
  private static final JsonNode USUAL =
      JSON.valueToTree(
          TrainingPresets.named("hstu", 1).withNegatives(128, NegativeSampling.PER_USER));

  static CheckpointOwner of(TrainingSettings settings, TrainingData data, TrainingStart start) {
    ObjectNode json = recipe(settings, start);
    if (!settings.schedule().dependsOnLength()) {
      json.remove(LENGTH);
    }
    return new CheckpointOwner(json.toString(), data.fingerprint());
  }

  /// Of a training that has ended, whose length is settled.
  static CheckpointOwner ofFinished(
      TrainingSettings settings, TrainingData data, TrainingStart start) {
    return new CheckpointOwner(recipe(settings, start).toString(), data.fingerprint());
  }

  private static ObjectNode recipe(TrainingSettings settings, TrainingStart start) {
    ObjectNode json = JSON.valueToTree(settings);
    return json.remove(FREE).put(START, start.identity());
  }

  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of texts is always JSON", e);
    }
  }

  /// Reads what [#toJson] gave.
  static CheckpointOwner read(Path file) throws IOException {
    try {
      return JSON.readValue(Files.readAllBytes(file), CheckpointOwner.class);
    } catch (NoSuchFileException | JsonProcessingException e) {
      throw new DamagedFileException(
          file, "is missing or no JSON; begin the training anew with --restart", e);
    }
  }

  /// @throws CheckpointMismatchException naming the first difference
  void requireSame(Path file, CheckpointOwner other) {
    String mend = "; give another --out, or begin anew with --restart";
    if (!dataFingerprint.equals(other.dataFingerprint)) {
      throw new CheckpointMismatchException(file + " is a training on other data" + mend);
    }
    for (Map.Entry<String, JsonNode> setting : tree(settings).properties()) {
      JsonNode theirs = tree(other.settings).path(setting.getKey());
      if (!setting.getValue().equals(theirs)) {
        throw new CheckpointMismatchException(
            "%s was begun with %s=%s and this run has %s%s"
                .formatted(file, setting.getKey(), theirs, setting.getValue(), mend));
      }
    }
  }

  private static void complete(ObjectNode settings, JsonNode usual) {
    for (Map.Entry<String, JsonNode> setting : usual.properties()) {
      JsonNode there = settings.path(setting.getKey());
      if (there.isMissingNode()) {
        settings.set(setting.getKey(), setting.getValue());
      } else if (there instanceof ObjectNode nested) {
        complete(nested, setting.getValue());
      }
    }
  }

  /// The settings, those that are younger than the checkpoint as they were before they existed.
  private static JsonNode tree(String json) {
    try {
      ObjectNode tree = JSON.readValue(json, ObjectNode.class);
      complete(tree, USUAL);
      return tree.has(START) ? tree : tree.put(START, TrainingStart.ANEW.identity());
    } catch (JsonProcessingException e) {
      throw new CheckpointMismatchException("settings of the checkpoint are not JSON: " + json);
    }
  }
}
