package dev.hstu.kernels.storage;

import java.io.IOException;
import java.nio.file.Path;

/// Another holder, in this process or another, has the [DirectoryLock] of a directory.
public final class DirectoryLockedException extends IOException {
  private static final long serialVersionUID = 1L;

  DirectoryLockedException(Path directory, String holder) {
    super(
        directory
            + " is locked by "
            + holder
            + "; wait for it to finish, or stop it, and try again");
  }
}
