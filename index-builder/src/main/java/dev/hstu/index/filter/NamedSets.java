package dev.hstu.index.filter;

import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Sets of item ids too large for a request, registered once under a name: blocklists, what a
/// region may see, what is in stock. Rules name them ([FilterRule.InSet]).
///
/// One file a set, `NAME.ids`, in a folder of their own; a registration is durable when it returns
/// and replaces the set of that name wholly or not at all, also when the process dies. Changes take
/// the folder's lock, so two processes cannot mix theirs; a process sees the changes of another
/// when it opens the folder again. For any number of threads.
public final class NamedSets {

  /// Most sets: each keeps a bit for every item with each open generation.
  public static final int MAX_SETS = 64;

  /// Most ids of one set: twice the catalogue that fits one machine comfortably.
  public static final int MAX_IDS = 20_000_000;

  /// Most ids of all sets, which are held in memory.
  public static final long MAX_IDS_ALTOGETHER = 50_000_000;

  /// Their folder within a folder of generations.
  public static final String FOLDER = "sets";

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
  private static final String SUFFIX = ".ids";

  private final @Nullable Path folder;
  private final InstantSource clock;
  private volatile Map<String, NamedSet> current;
  private final Map<String, String> damaged;
  private volatile long version;

  private NamedSets(
      @Nullable Path folder,
      InstantSource clock,
      Map<String, NamedSet> current,
      Map<String, String> damaged) {
    this.folder = folder;
    this.clock = clock;
    this.current = Map.copyOf(current);
    this.damaged = Map.copyOf(damaged);
    this.version = current.values().stream().mapToLong(NamedSet::version).max().orElse(0);
  }

  /// No sets, and none can be registered.
  public static NamedSets none() {
    return new NamedSets(null, InstantSource.system(), Map.of(), Map.of());
  }

  /// The sets in a folder, which the first registration makes. A damaged file is left out and told
  /// by [#damaged]: its set is unknown until it is registered anew or deleted.
  public static NamedSets open(Path folder) throws IOException {
    return open(folder, InstantSource.system());
  }

  static NamedSets open(Path folder, InstantSource clock) throws IOException {
    Map<String, NamedSet> sets = new TreeMap<>();
    Map<String, String> damaged = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "[a-z0-9]*" + SUFFIX)) {
        for (Path file : files) {
          String fileName = String.valueOf(file.getFileName());
          String name = fileName.substring(0, fileName.length() - SUFFIX.length());
          try {
            sets.put(name, NamedSetFile.read(file, name));
          } catch (IOException e) {
            damaged.put(name, String.valueOf(e.getMessage()));
          }
        }
      }
    }
    return new NamedSets(folder, clock, sets, damaged);
  }

  /// The sets as they are now, by name; unmodifiable.
  public Map<String, NamedSet> current() {
    return current;
  }

  /// Sets whose files could not be read when the folder was opened, with the reason.
  public Map<String, String> damaged() {
    return damaged;
  }

  /// Grows with every change: part of the key of cached results.
  public long version() {
    return version;
  }

  /// Registers a set, in the place of one of the same name.
  ///
  /// @param ids at most [#MAX_IDS]
  /// @return what was registered
  /// @throws InvalidSetException when name or size is out of bounds
  /// @throws IOException when it could not be made durable; the former set, if any, stays
  public synchronized NamedSet register(String name, IdTable ids) throws IOException {
    requireName(name);
    requireRoom(name, ids);
    Path home = home();
    Files.createDirectories(home);
    NamedSet set = new NamedSet(name, nextVersion(), ids);
    try (DirectoryLock lock = DirectoryLock.acquire(home)) {
      DurableFiles.deleteAbandoned(lock.directory());
      NamedSetFile.write(file(home, name), set);
    }
    Map<String, NamedSet> sets = new TreeMap<>(current);
    sets.put(name, set);
    become(sets, set.version());
    return set;
  }

  /// Deletes a set, damaged or not.
  ///
  /// @return whether there was one
  public synchronized boolean delete(String name) throws IOException {
    requireName(name);
    Path home = home();
    boolean deleted = false;
    if (Files.isDirectory(home)) {
      try (DirectoryLock lock = DirectoryLock.acquire(home)) {
        deleted = Files.deleteIfExists(file(home, name));
        DurableFiles.fsyncDirectory(lock.directory());
      }
    }
    Map<String, NamedSet> sets = new TreeMap<>(current);
    if (sets.remove(name) != null) {
      become(sets, nextVersion());
    }
    return deleted;
  }

  /// Checks a name before its ids are read.
  ///
  /// @throws InvalidSetException when it is none
  public static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidSetException(
          "set name '%.80s' must be 1 to 64 of a-z, 0-9, _ and -, the first a letter or digit"
              .formatted(name));
    }
  }

  private void requireRoom(String name, IdTable ids) {
    if (ids.size() > MAX_IDS) {
      throw new InvalidSetException(
          "%d ids are more than the %d of a set; split it into several"
              .formatted(ids.size(), MAX_IDS));
    }
    Map<String, NamedSet> others = new TreeMap<>(current);
    others.remove(name);
    if (others.size() >= MAX_SETS) {
      throw new InvalidSetException(
          "%d sets are registered, and no more may be; delete one".formatted(others.size()));
    }
    long kept = others.values().stream().mapToLong(set -> set.ids().size()).sum();
    if (kept + ids.size() > MAX_IDS_ALTOGETHER) {
      throw new InvalidSetException(
          "%d ids beside the %d of other sets are more than %d; delete a set"
              .formatted(ids.size(), kept, MAX_IDS_ALTOGETHER));
    }
  }

  /// The time, so that versions grow over restarts and deletions too.
  private long nextVersion() {
    return Math.max(version + 1, clock.millis());
  }

  private void become(Map<String, NamedSet> sets, long newVersion) {
    // In this order: whoever reads an old version may see the new sets, never the other way round.
    current = Map.copyOf(sets);
    version = newVersion;
  }

  private Path home() {
    if (folder == null) {
      throw new IllegalStateException("these sets have no folder; open some in one");
    }
    return folder;
  }

  private static Path file(Path folder, String name) {
    return folder.resolve(name + SUFFIX);
  }
}
