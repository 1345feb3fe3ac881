package dev.hstu.index.generation;

import java.nio.file.Path;

/// An id that names no generation of the store.
public final class UnknownGenerationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnknownGenerationException(String id, Path root) {
    super(
        "generation '%.80s' is not in %s; `hstu generations` lists those that are"
            .formatted(id, root));
  }
}
