package dev.hstu.retrieval.nightly;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The folder of one night.
///
/// | path | holds |
/// |---|---|
/// | `journal.json` | [NightJournal] |
/// | `report.json`, `report.html` | the night for programs and people |
/// | `items` | the catalogue as it was when the night began |
/// | `data/` | prepared data |
/// | `model/`, `training-state.safetensors` | the model and its optimiser's state |
/// | `training-state-1.safetensors`, … | of an ensemble that of each member |
/// | `vectors.safetensors` | item vectors, until the generation has them |
/// | `tuning.json` | what chose the index, where a tuning did |
record NightFolder(Path path) {

  private static final String TRAINING_STATE = "training-state";

  Path journal() {
    return path.resolve("journal.json");
  }

  Path reportJson() {
    return path.resolve("report.json");
  }

  Path reportHtml() {
    return path.resolve("report.html");
  }

  Path catalogue() {
    return path.resolve("items");
  }

  Path data() {
    return path.resolve("data");
  }

  Path model() {
    return path.resolve("model");
  }

  /// Where the optimiser's state of one network is.
  ///
  /// @param member from 1
  /// @param members networks of the model
  Path trainingState(int member, int members) {
    return path.resolve(
        members == 1
            ? TRAINING_STATE + ".safetensors"
            : TRAINING_STATE + "-" + member + ".safetensors");
  }

  /// The states that there are.
  List<Path> trainingStates() throws IOException {
    try (Stream<Path> children = Files.list(path)) {
      return children
          .filter(child -> child.getFileName().toString().startsWith(TRAINING_STATE))
          .sorted()
          .toList();
    }
  }

  Path vectors() {
    return path.resolve("vectors.safetensors");
  }

  Path tuning() {
    return path.resolve("tuning.json");
  }

  String night() {
    return String.valueOf(path.getFileName());
  }

  /// Deletes all but journal and reports.
  ///
  /// @return whether there was anything
  boolean deleteWork() throws IOException {
    Set<Path> kept = Set.of(journal(), reportJson(), reportHtml());
    List<Path> work;
    try (Stream<Path> children = Files.list(path)) {
      work = children.filter(child -> !kept.contains(child)).toList();
    }
    for (Path child : work) {
      DurableFiles.deleteRecursively(child);
    }
    return !work.isEmpty();
  }
}
