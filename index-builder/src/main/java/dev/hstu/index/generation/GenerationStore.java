package dev.hstu.index.generation;

import dev.hstu.index.generation.GenerationEntry.State;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The folder of all generations.
///
/// | path | holds |
/// |---|---|
/// | `<utc second>-<12 digits of the content digest>/` | a generation, see [GenerationLayout] |
/// | `CURRENT` | the published one, and those it replaced |
/// | `.building-<id>/` | a build under way, locked by its process |
/// | `.deleting-<id>/` | a generation being deleted |
/// | `LOCK` | held while `CURRENT` or the list of generations is changed |
///
/// A generation's folder appears by one rename and `CURRENT` changes by one rename, so a process
/// killed at any moment leaves the published generation whole. Readers need no lock: [#currentId]
/// reads a file of a few lines, and an open generation stays readable while it is deleted. Safe for
/// any number of threads and processes; a second writer is refused with
/// [DirectoryLockedException], not queued.
public final class GenerationStore {

  static final String BUILDING = ".building-";
  private static final String DELETING = ".deleting-";

  private final Path root;

  private GenerationStore(Path root) {
    this.root = root;
  }

  /// The store in `root`, which is made by the first build.
  public static GenerationStore at(Path root) {
    return new GenerationStore(root.toAbsolutePath().normalize());
  }

  public Path root() {
    return root;
  }

  /// The published generation, if any; cheap enough to ask every second.
  public Optional<String> currentId() throws IOException {
    return CurrentPointer.read(root).current();
  }

  /// Where a rollback goes, if anywhere.
  public Optional<String> previousId() throws IOException {
    return CurrentPointer.read(root).previous();
  }

  /// The youngest generation, published or not.
  public Optional<String> latestId() throws IOException {
    return ids().stream().findFirst();
  }

  /// All generations, the youngest first, then unfinished builds.
  public List<GenerationEntry> list() throws IOException {
    CurrentPointer pointer = CurrentPointer.read(root);
    List<GenerationEntry> entries = new ArrayList<>();
    for (String id : ids()) {
      entries.add(entry(id, pointer));
    }
    for (String name : names()) {
      if (name.startsWith(BUILDING) && GenerationIds.isId(name.substring(BUILDING.length()))) {
        entries.add(new GenerationEntry.Unfinished(name.substring(BUILDING.length())));
      }
    }
    return entries;
  }

  /// The manifest of one generation, checked in itself.
  public GenerationManifest manifest(String id) throws IOException {
    Path folder = folder(id);
    try {
      GenerationManifest manifest = ManifestFile.read(folder.resolve(GenerationLayout.MANIFEST));
      if (!manifest.id().equals(id)) {
        throw new DamagedGenerationException(
            id, GenerationLayout.MANIFEST, "is that of generation " + manifest.id());
      }
      return manifest;
    } catch (DamagedFileException e) {
      throw new DamagedGenerationException(id, GenerationLayout.MANIFEST, e);
    }
  }

  /// Reads every file of a generation and checks it against the manifest.
  ///
  /// @throws DamagedGenerationException naming the first file that is missing, one too many, cut or
  ///     changed
  public GenerationManifest verify(String id) throws IOException {
    GenerationManifest manifest = manifest(id);
    GenerationFiles.requireWhole(folder(id), manifest);
    return manifest;
  }

  /// Checks a generation wholly and opens it, its shards searched by as many threads as there are
  /// cores.
  ///
  /// @throws DamagedGenerationException as [#verify], and when its parts don't belong together
  public Generation open(String id) throws IOException {
    return open(id, OpenIndex.usualParallelism());
  }

  /// Checks a generation wholly and opens it.
  ///
  /// @param parallelism shards of one search that are searched at once,
  ///     1..[OpenIndex#MAX_PARALLELISM]
  /// @throws DamagedGenerationException as [#verify], and when its parts don't belong together
  public Generation open(String id, int parallelism) throws IOException {
    return Generation.open(folder(id), verify(id), parallelism);
  }

  /// Makes a generation the current one, having checked it wholly. Publishing the current one
  /// changes nothing.
  ///
  /// @throws DamagedGenerationException when it must not be served
  public void publish(String id) throws IOException {
    open(id).close();
    publishChecked(id);
  }

  /// The second half of [#publish]. Reading every byte takes too long to hold the lock for, and a
  /// prune may have deleted the generation since; under the lock none can, so its files are looked
  /// for once more.
  void publishChecked(String id) throws IOException {
    try (DirectoryLock lock = DirectoryLock.acquire(root)) {
      CurrentPointer pointer = readForRewriting();
      if (!pointer.current().equals(Optional.of(id))) {
        GenerationFiles.requireSizes(folder(id), manifest(id));
        replace(lock, pointer.published(id));
      }
    }
  }

  /// Makes the generation current that was so before, having checked it wholly, and forgets the
  /// present one as a place to return to.
  ///
  /// @return the id that is current now
  /// @throws PublicationRefusedException when there is none to return to, or another process
  ///     changed `CURRENT` meanwhile
  public String rollback() throws IOException {
    CurrentPointer seen = CurrentPointer.read(root);
    String target =
        seen.previous()
            .orElseThrow(
                () ->
                    new PublicationRefusedException(
                        "no generation was published before %s; publish one by its id"
                            .formatted(seen.current().orElse("any"))));
    rollback(seen, target);
    return target;
  }

  /// As [#rollback()] for who has announced where from and where to.
  ///
  /// @throws PublicationRefusedException also when it would be another way
  public void rollback(String from, String to) throws IOException {
    CurrentPointer seen = CurrentPointer.read(root);
    if (!seen.current().equals(Optional.of(from)) || !seen.previous().equals(Optional.of(to))) {
      throw changedMeanwhile();
    }
    rollback(seen, to);
  }

  private void rollback(CurrentPointer seen, String target) throws IOException {
    open(target).close();
    try (DirectoryLock lock = DirectoryLock.acquire(root)) {
      if (!CurrentPointer.read(root).equals(seen)) {
        throw changedMeanwhile();
      }
      replace(lock, seen.rolledBack());
    }
  }

  private static PublicationRefusedException changedMeanwhile() {
    return new PublicationRefusedException(
        "CURRENT was changed by another process meanwhile; look at it and try again");
  }

  /// Deletes all but the youngest `keep` generations, never the current one and never the one a
  /// rollback goes to.
  ///
  /// @param keep at least 1
  /// @return the ids deleted
  public List<String> prune(int keep) throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep=" + keep + " must be at least 1");
    }
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (DirectoryLock lock = DirectoryLock.acquire(root)) {
      CurrentPointer pointer = CurrentPointer.read(root);
      List<String> doomed = new ArrayList<>(ids().stream().skip(keep).toList());
      pointer.current().ifPresent(doomed::remove);
      pointer.previous().ifPresent(doomed::remove);
      CurrentPointer kept = pointer.without(doomed);
      if (!kept.equals(pointer)) {
        replace(lock, kept);
      }
      for (String id : doomed) {
        DurableFiles.renameAtomically(root.resolve(id), root.resolve(DELETING + id));
      }
      deleteLeftovers(lock);
      return doomed;
    }
  }

  /// Removes what killed processes left: unfinished builds that no process holds, half-deleted
  /// generations, temporary files.
  ///
  /// @return the names removed
  public List<String> cleanUp() throws IOException {
    List<String> removed = new ArrayList<>();
    for (String name : names()) {
      if (name.startsWith(BUILDING) && UnfinishedGeneration.deleteAbandoned(root.resolve(name))) {
        removed.add(name);
      }
    }
    if (Files.isDirectory(root)) {
      try (DirectoryLock lock = DirectoryLock.acquire(root)) {
        removed.addAll(deleteLeftovers(lock));
      } catch (DirectoryLockedException e) {
        return removed; // whoever changes the store now removes the rest of earlier changes
      }
    }
    return removed;
  }

  /// Begins a generation, named by the first second from `createdAt` on that is still free.
  public UnfinishedGeneration begin(Instant createdAt, String contentDigest) throws IOException {
    Files.createDirectories(root);
    Instant second = createdAt.truncatedTo(ChronoUnit.SECONDS);
    while (isTaken(GenerationIds.of(second, contentDigest))) {
      second = second.plusSeconds(1);
    }
    return UnfinishedGeneration.begin(root, GenerationIds.of(second, contentDigest), second);
  }

  /// A folder for files that a build needs until it ends.
  public BuildScratch scratch() throws IOException {
    return BuildScratch.begin(root);
  }

  private boolean isTaken(String id) {
    return Files.exists(root.resolve(id)) || Files.exists(root.resolve(BUILDING + id));
  }

  private GenerationEntry entry(String id, CurrentPointer pointer) throws IOException {
    try {
      GenerationManifest manifest = manifest(id);
      GenerationFiles.requireSizes(root.resolve(id), manifest);
      return new GenerationEntry.Whole(id, state(id, pointer), manifest);
    } catch (DamagedGenerationException e) {
      return new GenerationEntry.Damaged(id, e.getMessage());
    }
  }

  private static State state(String id, CurrentPointer pointer) {
    if (pointer.current().equals(Optional.of(id))) {
      return State.CURRENT;
    }
    return pointer.previous().equals(Optional.of(id)) ? State.PREVIOUS : State.READY;
  }

  /// The folder of a generation that exists.
  private Path folder(String id) {
    if (!GenerationIds.isId(id) || !Files.isDirectory(root.resolve(id))) {
      throw new UnknownGenerationException(id, root);
    }
    return root.resolve(id);
  }

  /// Ids of all generations, the youngest first.
  private List<String> ids() throws IOException {
    return names().stream().filter(GenerationIds::isId).sorted(Collections.reverseOrder()).toList();
  }

  private List<String> names() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(root)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  /// A damaged pointer is no reason to refuse a publication, which writes it anew.
  private CurrentPointer readForRewriting() throws IOException {
    try {
      return CurrentPointer.read(root);
    } catch (DamagedFileException e) {
      return new CurrentPointer(List.of());
    }
  }

  /// Needs the store's lock.
  private void replace(DirectoryLock lock, CurrentPointer pointer) throws IOException {
    DurableFiles.deleteAbandoned(lock.directory());
    pointer.write(root);
  }

  /// Needs the store's lock.
  private List<String> deleteLeftovers(DirectoryLock lock) throws IOException {
    List<String> removed = new ArrayList<>();
    DurableFiles.deleteAbandoned(lock.directory());
    for (String name : names()) {
      if (name.startsWith(DELETING)) {
        DurableFiles.deleteRecursively(root.resolve(name));
        removed.add(name);
      }
    }
    return removed;
  }
}
