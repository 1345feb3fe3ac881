package dev.hstu.kernels.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file that is missing, cut, changed since it was written, or of a format this release doesn't
/// read. The message begins with the file's path.
public final class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public DamagedFileException(Path file, String problem) {
    this(file, problem, null);
  }

  public DamagedFileException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
