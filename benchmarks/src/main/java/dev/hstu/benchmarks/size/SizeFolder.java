package dev.hstu.benchmarks.size;

import dev.hstu.index.generation.GenerationStore;
import java.nio.file.Path;

/// The files of one size.
record SizeFolder(Path root) {

  Path vectors() {
    return root.resolve("vectors.safetensors");
  }

  /// float32 `[n][dimension]`, little-endian, nothing else.
  Path queries() {
    return root.resolve("queries.f32");
  }

  /// Stands for a model: it is copied, never opened.
  Path model() {
    return root.resolve("model");
  }

  GenerationStore store() {
    return GenerationStore.at(root.resolve("generations"));
  }
}
