package dev.hstu.encoder.sequence;

import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.storage.AtomicFolder;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.storage.ManifestVersion;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Interactions made ready for training, evaluation and building: ids are rows, events are sorted,
/// everything is counted. It is read whole into the heap, 16 bytes an event and the ids.
///
/// | file | holds |
/// |---|---|
/// | `manifest.json` | [PreparedManifest] |
/// | `interactions.safetensors` | [InteractionLog]; item rows are `1..V` |
/// | `users.safetensors` | external user ids, row `u` is user `u` of the log |
/// | `items.safetensors` | external item ids, row `r` is item row `r + 1` |
/// | `attributes.safetensors` | [AttributeTable], one row an item, perhaps no columns |
/// | `series.safetensors` | [SeriesLog], only where something is known of the users |
public final class PreparedData {

  public static final String MANIFEST = "manifest.json";
  public static final String INTERACTIONS = "interactions.safetensors";
  public static final String USERS = "users.safetensors";
  public static final String ITEMS = "items.safetensors";
  public static final String ATTRIBUTES = "attributes.safetensors";
  public static final String SERIES = "series.safetensors";

  private static final List<String> CHECKED_FILES = List.of(INTERACTIONS, USERS, ITEMS, ATTRIBUTES);

  private final PreparedManifest manifest;
  private final InteractionLog log;
  private final IdTable users;
  private final IdTable items;
  private final AttributeTable attributes;
  private final Clock clock;

  private PreparedData(
      PreparedManifest manifest,
      InteractionLog log,
      IdTable users,
      IdTable items,
      AttributeTable attributes) {
    this.manifest = manifest;
    this.log = log;
    this.users = users;
    this.items = items;
    this.attributes = attributes;
    this.clock = Clock.parse(manifest.clock());
  }

  /// Writes a folder, which appears whole or not at all.
  ///
  /// @param log one user a row of `users`, items within `1..items.size()`, times ascending per user
  /// @param attributes as many rows as `items`
  /// @throws IllegalArgumentException when the parts don't fit each other, naming what doesn't
  /// @throws java.nio.file.FileAlreadyExistsException when `folder` exists
  public static PreparedManifest write(
      Path folder,
      Provenance provenance,
      InteractionLog log,
      IdTable users,
      IdTable items,
      AttributeTable attributes)
      throws IOException {
    requireConsistent(log, users, items, attributes);
    try (AtomicFolder target = AtomicFolder.creating(folder)) {
      Path path = target.path();
      InteractionFile.write(path.resolve(INTERACTIONS), log);
      writeIds(path.resolve(USERS), users);
      writeIds(path.resolve(ITEMS), items);
      attributes.write(path.resolve(ATTRIBUTES));
      if (!log.series().isEmpty()) {
        SeriesFile.write(path.resolve(SERIES), log.series(), items.size());
      }
      PreparedManifest manifest =
          manifest(provenance, log, users, items, checksums(path, !log.series().isEmpty()));
      DurableFiles.writeAtomically(path.resolve(MANIFEST), manifest.toJson());
      target.commit();
      return manifest;
    }
  }

  /// Reads a folder, having checked every byte of it.
  ///
  /// @throws IOException naming the file that is missing, damaged, of a newer format, or doesn't
  ///     fit the others
  public static PreparedData open(Path folder) throws IOException {
    Path manifestFile = folder.resolve(MANIFEST);
    PreparedManifest manifest = PreparedManifest.read(manifestFile);
    for (String name : CHECKED_FILES) {
      @Nullable FileChecksum checksum = manifest.files().get(name);
      if (checksum == null) {
        throw new DamagedFileException(manifestFile, "lists no checksum of " + name);
      }
      checksum.verify(folder.resolve(name));
    }
    @Nullable FileChecksum series = manifest.files().get(SERIES);
    if (series != null) {
      series.verify(folder.resolve(SERIES));
    }
    if (!fingerprint(manifest.clock(), manifest.files()).equals(manifest.fingerprint())) {
      throw new DamagedFileException(
          manifestFile, "its fingerprint is not that of clock and files; import the data anew");
    }
    return read(folder, manifest);
  }

  private static PreparedData read(Path folder, PreparedManifest manifest) throws IOException {
    IdTable users = readIds(folder.resolve(USERS));
    IdTable items = readIds(folder.resolve(ITEMS));
    AttributeTable attributes = AttributeTable.read(folder.resolve(ATTRIBUTES));
    Path interactions = folder.resolve(INTERACTIONS);
    try {
      InteractionLog log = InteractionFile.read(interactions, users.size(), manifest.events());
      if (manifest.files().containsKey(SERIES)) {
        SeriesLog series = SeriesFile.read(folder.resolve(SERIES), users.size(), items.size());
        log = log.withSeries(series);
      }
      requireConsistent(log, users, items, attributes);
      return new PreparedData(manifest, log, users, items, attributes);
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(interactions, e.getMessage(), e);
    }
  }

  /// Every user's events.
  public InteractionLog log() {
    return log;
  }

  /// External user ids; row `u` is user `u` of [#log()].
  public IdTable users() {
    return users;
  }

  /// External item ids; row `r` is item row `r + 1`.
  public IdTable items() {
    return items;
  }

  /// Attributes of items, rows as in [#items()].
  public AttributeTable attributes() {
    return attributes;
  }

  public Clock clock() {
    return clock;
  }

  public PreparedManifest manifest() {
    return manifest;
  }

  /// SHA-256 over clock and content, 64 lower-case hexadecimal digits.
  public String fingerprint() {
    return manifest.fingerprint();
  }

  private static PreparedManifest manifest(
      Provenance provenance,
      InteractionLog log,
      IdTable users,
      IdTable items,
      SortedMap<String, FileChecksum> files) {
    String clock = provenance.clock().spec();
    return new PreparedManifest(
        PreparedManifest.FORMAT_VERSION,
        ManifestVersion.writer(),
        provenance.sources(),
        provenance.columns(),
        clock,
        users.type(),
        items.type(),
        users.size(),
        items.size(),
        log.events(),
        provenance.dropped(),
        provenance.duplicates(),
        provenance.outOfOrder(),
        fingerprint(clock, files),
        files);
  }

  private static SortedMap<String, FileChecksum> checksums(Path folder, boolean series)
      throws IOException {
    SortedMap<String, FileChecksum> files = new TreeMap<>();
    for (String name : CHECKED_FILES) {
      files.put(name, FileChecksum.of(folder.resolve(name)));
    }
    if (series) {
      files.put(SERIES, FileChecksum.of(folder.resolve(SERIES)));
    }
    return files;
  }

  /// The same content gives the same bytes, so the files' digests stand for it.
  private static String fingerprint(String clock, SortedMap<String, FileChecksum> files) {
    ContentDigest digest = new ContentDigest().add("prepared-data").add(clock);
    files.forEach((name, checksum) -> digest.add(name).add(checksum.sha256()));
    return digest.hex();
  }

  private static void writeIds(Path file, IdTable ids) throws IOException {
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of(), ids.specs(""))) {
      ids.writeTo(writer, "");
      writer.commit();
    }
  }

  private static IdTable readIds(Path path) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return IdTable.readFrom(file, "");
    }
  }

  private static void requireConsistent(
      InteractionLog log, IdTable users, IdTable items, AttributeTable attributes) {
    if (log.users() != users.size()) {
      throw new IllegalArgumentException(
          "the log has %d users and the table %d ids".formatted(log.users(), users.size()));
    }
    if (attributes.rows() != items.size()) {
      throw new IllegalArgumentException(
          "attributes have %d rows and items %d ids".formatted(attributes.rows(), items.size()));
    }
    for (int u = 0; u < log.users(); u++) {
      if (log.offsets()[u + 1] < log.offsets()[u]) {
        throw new IllegalArgumentException("user_offsets descend after user row " + u);
      }
      requireEvents(log, u, items.size());
    }
    requireEntries(log.series(), items.size());
  }

  private static void requireEntries(SeriesLog series, int items) {
    int last = items + SeriesColumn.rows(series.columns());
    for (int i = 0; i < series.entries(); i++) {
      if (series.rows()[i] <= items || series.rows()[i] > last) {
        throw new IllegalArgumentException(
            "row %d of series entry %d must be within %d..%d"
                .formatted(series.rows()[i], i, items + 1, last));
      }
      long time = series.times()[i];
      if (time != SeriesEntries.ALWAYS && (time < -Clock.MAX_SECONDS || time > Clock.MAX_SECONDS)) {
        throw new IllegalArgumentException(
            "time %d of series entry %d must be within ±%d seconds"
                .formatted(time, i, Clock.MAX_SECONDS));
      }
    }
  }

  private static void requireEvents(InteractionLog log, int user, int items) {
    long previous = -Clock.MAX_SECONDS;
    for (int e = log.start(user); e < log.start(user) + log.length(user); e++) {
      if (log.items()[e] < 1 || log.items()[e] > items) {
        throw new IllegalArgumentException(
            "item row %d of event %d must be within 1..%d".formatted(log.items()[e], e, items));
      }
      if (log.times()[e] < previous || log.times()[e] > Clock.MAX_SECONDS) {
        throw new IllegalArgumentException(
            "time %d of event %d must be within %d..%d: times ascend per user, in seconds"
                .formatted(log.times()[e], e, previous, Clock.MAX_SECONDS));
      }
      previous = log.times()[e];
    }
  }
}
