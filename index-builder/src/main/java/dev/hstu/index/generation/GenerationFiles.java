package dev.hstu.index.generation;

import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.FileChecksum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/// The files of a generation against its manifest.
final class GenerationFiles {

  private GenerationFiles() {}

  /// Checksums of every file in `folder` but the manifest.
  ///
  /// @param progress told the bytes read so far
  static SortedMap<String, FileChecksum> checksums(Path folder, LongConsumer progress)
      throws IOException {
    SortedMap<String, FileChecksum> files = new TreeMap<>();
    long bytes = 0;
    for (String name : names(folder)) {
      FileChecksum checksum = FileChecksum.of(folder.resolve(name));
      files.put(name, checksum);
      bytes += checksum.bytes();
      progress.accept(bytes);
    }
    return files;
  }

  /// Checks names and sizes only, which reads no file.
  static void requireSizes(Path folder, GenerationManifest manifest) throws IOException {
    SortedSet<String> found = names(folder);
    for (Map.Entry<String, FileChecksum> entry : manifest.files().entrySet()) {
      String name = entry.getKey();
      if (!found.remove(name)) {
        throw new DamagedGenerationException(
            manifest.id(), name, "is missing; restore it or publish another generation");
      }
      long bytes = Files.size(folder.resolve(name));
      if (bytes != entry.getValue().bytes()) {
        throw new DamagedGenerationException(
            manifest.id(),
            name,
            "has %d bytes and was written with %d; restore it or publish another generation"
                .formatted(bytes, entry.getValue().bytes()));
      }
    }
    if (!found.isEmpty()) {
      throw new DamagedGenerationException(
          manifest.id(),
          found.first(),
          "is no part of it; remove it or publish another generation");
    }
  }

  /// Checks names, sizes and every byte.
  static void requireWhole(Path folder, GenerationManifest manifest) throws IOException {
    requireSizes(folder, manifest);
    for (Map.Entry<String, FileChecksum> entry : manifest.files().entrySet()) {
      try {
        entry.getValue().verify(folder.resolve(entry.getKey()));
      } catch (DamagedFileException e) {
        throw new DamagedGenerationException(manifest.id(), entry.getKey(), e);
      }
    }
  }

  /// Relative paths of all that is no folder, but the manifest: links too, which are never part of
  /// a generation and so count as one too many.
  private static SortedSet<String> names(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      TreeSet<String> names = new TreeSet<>();
      tree.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .forEach(path -> names.add(GenerationLayout.relative(folder, path)));
      names.remove(GenerationLayout.MANIFEST);
      return names;
    }
  }
}
