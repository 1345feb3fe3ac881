package dev.hstu.benchmarks;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The folder of data and indexes that a measurement uses again.
final class KeptFolder {

  @Option(
      names = "--work",
      description = "folder that keeps data and indexes between runs; default: one that is deleted")
  private @Nullable Path work;

  /// The folder given, perhaps not there yet, or a new one.
  ///
  /// @param name begins the name of a new one
  Opened open(String name) throws IOException {
    return work == null
        ? new Opened(Files.createTempDirectory(name), false)
        : new Opened(work, true);
  }

  /// A folder in use; closing deletes it unless it is kept.
  record Opened(Path path, boolean isKept) implements AutoCloseable {

    @Override
    public void close() throws IOException {
      if (!isKept) {
        DurableFiles.deleteRecursively(path);
      }
    }
  }
}
