package dev.hstu.index.generation;

import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder for files that a build needs until it ends, beside the generations and on their disk.
/// Closing deletes it; what a killed build left is removed like its unfinished generation.
public final class BuildScratch implements AutoCloseable {

  private final DirectoryLock lock;

  private BuildScratch(DirectoryLock lock) {
    this.lock = lock;
  }

  static BuildScratch begin(Path root) throws IOException {
    Files.createDirectories(root);
    return new BuildScratch(
        DirectoryLock.acquire(
            Files.createTempDirectory(root, GenerationStore.BUILDING + "scratch-")));
  }

  public Path folder() {
    return lock.directory();
  }

  @Override
  public void close() throws IOException {
    try {
      DurableFiles.deleteRecursively(lock.directory());
    } finally {
      lock.close();
    }
  }
}
