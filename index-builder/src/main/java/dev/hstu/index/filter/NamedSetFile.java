package dev.hstu.index.filter;

import dev.hstu.kernels.safetensors.FormatVersion;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// A [NamedSet] as a file: safetensors with the tensors of an [IdTable] and the metadata `format`
/// (`hstu.item-set`), `format_version`, `name`, `set_version` and `digest`, the SHA-256 of name,
/// version and ids.
final class NamedSetFile {

  private static final FormatVersion FORMAT = new FormatVersion("hstu.item-set", 1, 1);
  private static final String NAME = "name";
  private static final String VERSION = "set_version";
  private static final String DIGEST = "digest";

  private NamedSetFile() {}

  /// Replaces `target` wholly or not at all.
  static void write(Path target, NamedSet set) throws IOException {
    Map<String, String> metadata = new TreeMap<>();
    FORMAT.addTo(metadata);
    metadata.put(NAME, set.name());
    metadata.put(VERSION, Long.toString(set.version()));
    metadata.put(DIGEST, digest(set));
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(target, metadata, set.ids().specs(""))) {
      set.ids().writeTo(writer, "");
      writer.commit();
    }
  }

  /// Reads and checks a whole file.
  ///
  /// @param name the set's, as the file is named
  static NamedSet read(Path source, String name) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(source)) {
      FORMAT.check(file);
      Map<String, String> metadata = file.metadata();
      long version = Long.parseLong(metadata.getOrDefault(VERSION, ""));
      NamedSet set = new NamedSet(name, version, IdTable.readFrom(file, ""));
      if (!digest(set).equals(metadata.get(DIGEST))) {
        throw new DamagedFileException(
            source, "has changed since it was written; register the set anew");
      }
      return set;
    } catch (NumberFormatException e) {
      throw new DamagedFileException(source, "has no set_version; register the set anew", e);
    }
  }

  private static String digest(NamedSet set) {
    ContentDigest digest = new ContentDigest().add(set.name()).add(set.version());
    set.ids().digest(digest);
    return digest.hex();
  }
}
