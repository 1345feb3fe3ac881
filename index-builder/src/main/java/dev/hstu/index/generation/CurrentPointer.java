package dev.hstu.index.generation;

import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The content of `CURRENT`: the published generation in the first line and, below, those it
/// replaced, the latest first. Both change in one rename, so a rollback never has to guess.
///
/// @param ids distinct, empty when nothing was ever published
record CurrentPointer(List<String> ids) {

  static final String FILE_NAME = "CURRENT";

  /// Generations to roll back through; more were never worth keeping.
  static final int MAX_HISTORY = 16;

  CurrentPointer {
    ids = List.copyOf(ids);
  }

  static CurrentPointer read(Path root) throws IOException {
    Path file = root.resolve(FILE_NAME);
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return new CurrentPointer(List.of());
    }
    for (String line : lines) {
      if (!GenerationIds.isId(line)) {
        throw new DamagedFileException(
            file, "line '%.80s' names no generation; publish one to write it anew".formatted(line));
      }
    }
    return new CurrentPointer(lines);
  }

  void write(Path root) throws IOException {
    String text = String.join("\n", ids) + "\n";
    DurableFiles.writeAtomically(root.resolve(FILE_NAME), text.getBytes(StandardCharsets.UTF_8));
  }

  Optional<String> current() {
    return ids.stream().findFirst();
  }

  Optional<String> previous() {
    return ids.stream().skip(1).findFirst();
  }

  /// With another generation current and the present one first in the history.
  CurrentPointer published(String id) {
    List<String> next = new ArrayList<>(ids);
    next.remove(id);
    next.addFirst(id);
    return new CurrentPointer(next.subList(0, Math.min(next.size(), 1 + MAX_HISTORY)));
  }

  /// With the previous generation current and the present one forgotten.
  CurrentPointer rolledBack() {
    return new CurrentPointer(ids.subList(1, ids.size()));
  }

  /// Without the generations that no longer exist.
  CurrentPointer without(List<String> deleted) {
    return new CurrentPointer(ids.stream().filter(id -> !deleted.contains(id)).toList());
  }
}
