package dev.hstu.retrieval.evaluate;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What a model was trained on, kept as `training.json` beside its weights so that an evaluation
/// can tell whether the model has seen the answers. Not part of the model's fingerprint.
///
/// @param preset the recipe's name
/// @param dataFingerprint of the prepared-data folder
/// @param holdOut newest events of each user that training did not see
/// @param seed of the run
/// @param epoch whose weights were kept
/// @param epochs that were run
/// @param selection how the epoch was chosen
public record TrainingRecord(
    @JsonProperty("preset") String preset,
    @JsonProperty("data_fingerprint") String dataFingerprint,
    @JsonProperty("hold_out") int holdOut,
    @JsonProperty("seed") long seed,
    @JsonProperty("epoch") int epoch,
    @JsonProperty("epochs") int epochs,
    @JsonProperty("selection") String selection) {

  static final String FILE = "training.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /// Puts the record into a model folder.
  public void write(Path modelFolder) throws IOException {
    DurableFiles.writeAtomically(
        modelFolder.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
  }

  /// Reads the record of a model folder; a model trained elsewhere has none.
  public static Optional<TrainingRecord> read(Path modelFolder) throws IOException {
    Path file = modelFolder.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JSON.readValue(Files.readAllBytes(file), TrainingRecord.class))
        : Optional.empty();
  }

  /// Whether training saw this protocol's targets on the same data, so that a measurement would
  /// only show what the model remembers.
  boolean sawTargets(String evaluatedData, LeaveOneOut.Target target) {
    return dataFingerprint.equals(evaluatedData) && holdOut < target.eventsHeldOut();
  }
}
