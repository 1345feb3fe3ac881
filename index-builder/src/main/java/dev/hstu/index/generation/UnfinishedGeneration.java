package dev.hstu.index.generation;

import dev.hstu.index.search.OpenIndex;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.storage.FileChecksum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.SortedMap;
import java.util.function.LongConsumer;

/// A generation being built beside the live ones, in `.building-<id>/generation`; the folder above
/// it holds the build's lock, so that a live build is told from the rest of a killed one. Closing
/// it before [#commit] deletes it. For one thread.
public final class UnfinishedGeneration implements AutoCloseable {

  private static final String CONTENT = "generation";

  private final Path root;
  private final String id;
  private final Instant createdAt;
  private final DirectoryLock lock;

  private UnfinishedGeneration(Path root, String id, Instant createdAt, DirectoryLock lock) {
    this.root = root;
    this.id = id;
    this.createdAt = createdAt;
    this.lock = lock;
  }

  static UnfinishedGeneration begin(Path root, String id, Instant createdAt) throws IOException {
    Path shelter = root.resolve(GenerationStore.BUILDING + id);
    Files.createDirectories(shelter);
    DirectoryLock lock = DirectoryLock.acquire(shelter);
    try {
      Files.createDirectories(shelter.resolve(CONTENT));
      return new UnfinishedGeneration(root, id, createdAt, lock);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /// The name it will have.
  public String id() {
    return id;
  }

  /// The time in its name.
  public Instant createdAt() {
    return createdAt;
  }

  /// Where its files go, see [GenerationLayout].
  public Path folder() {
    return lock.directory().resolve(CONTENT);
  }

  /// Opens it before it has a name, for evaluation; closed before [#commit].
  public Generation openUnpublished(GenerationManifest manifest) throws IOException {
    return Generation.open(folder(), manifest, OpenIndex.usualParallelism());
  }

  /// Checksums of all files so far.
  ///
  /// @param progress told the bytes read so far
  public SortedMap<String, FileChecksum> checksums(LongConsumer progress) throws IOException {
    return GenerationFiles.checksums(folder(), progress);
  }

  /// Writes the manifest, makes everything durable and gives the folder its name.
  public void commit(GenerationManifest manifest) throws IOException {
    ManifestFile.write(folder().resolve(GenerationLayout.MANIFEST), manifest);
    DurableFiles.fsyncTree(folder());
    DurableFiles.renameAtomically(folder(), root.resolve(id));
  }

  @Override
  public void close() throws IOException {
    try {
      DurableFiles.deleteRecursively(lock.directory());
    } finally {
      lock.close();
    }
  }

  /// Deletes the rest of a killed build.
  ///
  /// @return false when a live process holds it
  static boolean deleteAbandoned(Path shelter) throws IOException {
    try (DirectoryLock lock = DirectoryLock.acquire(shelter)) {
      DurableFiles.deleteRecursively(lock.directory());
      return true;
    } catch (DirectoryLockedException e) {
      return false;
    }
  }
}
