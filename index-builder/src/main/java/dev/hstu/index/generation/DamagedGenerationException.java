package dev.hstu.index.generation;

import java.io.IOException;

/// A generation that must not be served: a file is missing, cut, changed, foreign or one too many,
/// or the parts don't belong together. The message names the generation and the file.
public final class DamagedGenerationException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String generation;
  private final String file;

  DamagedGenerationException(String generation, String file, String problem) {
    super("generation %s: %s %s".formatted(generation, file, problem));
    this.generation = generation;
    this.file = file;
  }

  DamagedGenerationException(String generation, String file, Throwable cause) {
    super("generation %s: %s: %s".formatted(generation, file, cause.getMessage()), cause);
    this.generation = generation;
    this.file = file;
  }

  /// The generation's id.
  public String generation() {
    return generation;
  }

  /// The file or folder, relative to the generation's folder, with slashes.
  public String file() {
    return file;
  }
}
