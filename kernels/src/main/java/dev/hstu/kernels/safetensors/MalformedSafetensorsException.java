package dev.hstu.kernels.safetensors;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file that is not what its reader needs: damaged, cut, not safetensors, or without an expected
/// tensor. The message names file, tensor, value and expectation.
public final class MalformedSafetensorsException extends IOException {
  private static final long serialVersionUID = 1L;

  /// A fault of `file`; `problem` says value and expectation.
  public MalformedSafetensorsException(Path file, String problem) {
    this(file, problem, null);
  }

  MalformedSafetensorsException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
