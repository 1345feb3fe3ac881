package dev.hstu.kernels.storage;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// A folder being filled beside its target and renamed to it whole, so that the target never exists
/// half-written.
///
/// It is filled as `.NAME.incomplete` in the target's directory. [#close] without [#commit] deletes
/// it; what a killed process left is deleted when the same target is begun again. One process a
/// target at a time; for one thread.
public final class AtomicFolder implements AutoCloseable {
  private final Path target;
  private final Path incomplete;
  private boolean committed;

  private AtomicFolder(Path target, Path incomplete) {
    this.target = target;
    this.incomplete = incomplete;
  }

  /// Begins a folder that will become `target`; missing parent directories are made.
  ///
  /// @throws FileAlreadyExistsException when something of that name exists: nothing is replaced
  public static AtomicFolder creating(Path target) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    Path name = absolute.getFileName();
    if (name == null) {
      throw new IllegalArgumentException(
          "target=" + target + " names no folder; give a folder's path");
    }
    requireAbsent(absolute);
    Path incomplete = absolute.resolveSibling("." + name + ".incomplete");
    DurableFiles.deleteRecursively(incomplete);
    Files.createDirectories(incomplete);
    return new AtomicFolder(absolute, incomplete);
  }

  /// Where to write until [#commit].
  public Path path() {
    return incomplete;
  }

  /// Makes everything in the folder durable and gives it its name.
  ///
  /// @throws FileAlreadyExistsException when something of that name has appeared meanwhile
  public void commit() throws IOException {
    if (committed) {
      throw new IllegalStateException(target + " is already committed; commit once");
    }
    DurableFiles.fsyncTree(incomplete);
    requireAbsent(target);
    DurableFiles.renameAtomically(incomplete, target);
    committed = true;
  }

  @Override
  public void close() throws IOException {
    if (!committed) {
      DurableFiles.deleteRecursively(incomplete);
    }
  }

  private static void requireAbsent(Path target) throws FileAlreadyExistsException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(
          target.toString(), null, "it exists already; delete it or give another path");
    }
  }
}
