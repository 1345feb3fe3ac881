package dev.hstu.retrieval.cli;

import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.evaluate.ComparedSubject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a command line names to be evaluated, open for as long as the command runs.
final class OpenSubjects implements AutoCloseable {

  private final GenerationStore store;
  private final List<Generation> open = new ArrayList<>();

  OpenSubjects(GenerationStore store) {
    this.store = store;
  }

  /// A model folder, or else a generation.
  ComparedSubject named(String choice) throws IOException {
    Path folder = Path.of(choice);
    return Files.exists(folder.resolve(ModelFolder.CONFIG))
        ? new ComparedSubject.OfModel(folder)
        : generation(choice);
  }

  /// A generation by id, `current` or `latest`.
  ComparedSubject generation(String choice) throws IOException {
    Generation generation = store.open(GenerationChoice.resolve(store, choice));
    open.add(generation);
    return new ComparedSubject.OfGeneration(generation);
  }

  @Override
  public void close() throws IOException {
    for (Generation generation : open) {
      generation.close();
    }
  }
}
