package dev.hstu.retrieval.evaluate;

import dev.hstu.index.generation.Generation;
import java.nio.file.Path;

/// What is evaluated, alone or beside another.
public sealed interface ComparedSubject {

  /// How reports name it.
  String name();

  /// The folder of its model.
  Path modelFolder();

  /// A model folder, ranked exactly.
  record OfModel(Path folder) implements ComparedSubject {
    @Override
    public String name() {
      return "model " + folder;
    }

    @Override
    public Path modelFolder() {
      return folder;
    }
  }

  /// A generation, ranked exactly and through its index.
  ///
  /// @param generation open, owned by the caller
  record OfGeneration(Generation generation) implements ComparedSubject {
    @Override
    public String name() {
      return "generation " + generation.id();
    }

    @Override
    public Path modelFolder() {
      return generation.modelFolder();
    }
  }
}
