package dev.hstu.retrieval.gate;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A generation and its model, open while the gate looks at them. Owns both.
final class JudgedGeneration implements AutoCloseable {

  private final Generation generation;
  private final OpenModel openModel;
  private final @Nullable TrainingRecord training;

  private JudgedGeneration(
      Generation generation, OpenModel openModel, @Nullable TrainingRecord training) {
    this.generation = generation;
    this.openModel = openModel;
    this.training = training;
  }

  /// Checks every byte and opens.
  ///
  /// @throws dev.hstu.index.generation.DamagedGenerationException when it can't be served at all
  /// @throws IOException when its model can't be opened or is another than that of its vectors
  static JudgedGeneration open(GenerationStore store, String id) throws IOException {
    Generation generation = store.open(id);
    try {
      OpenModel openModel = ModelFolder.open(generation.modelFolder());
      try {
        generation.requireModel(openModel.model().fingerprint());
        requireDimension(generation, openModel.model());
        return new JudgedGeneration(
            generation, openModel, TrainingRecord.read(generation.modelFolder()).orElse(null));
      } catch (IOException | RuntimeException e) {
        openModel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      generation.close();
      throw e;
    }
  }

  private static void requireDimension(Generation generation, Model model) throws IOException {
    int dimension = generation.manifest().dimension();
    if (dimension != model.config().embeddingDim()) {
      throw new IOException(
          "the vectors have %d values and the model's embeddings %d; embed with this model"
              .formatted(dimension, model.config().embeddingDim()));
    }
  }

  Generation generation() {
    return generation;
  }

  Model model() {
    return openModel.model();
  }

  IdTable ids() {
    return generation.ids();
  }

  /// The users stored with it when it was built, if any.
  Optional<GoldenUsers> goldenUsers() throws IOException {
    Optional<Path> file = generation.companion(GoldenUsers.FILE);
    return file.isPresent() ? Optional.of(GoldenUsers.read(file.get())) : Optional.empty();
  }

  /// What its model was trained on, where it says so.
  Optional<TrainingRecord> training() {
    return Optional.ofNullable(training);
  }

  @Override
  public void close() throws IOException {
    try {
      openModel.close();
    } finally {
      generation.close();
    }
  }
}
