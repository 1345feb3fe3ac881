package dev.hstu.retrieval.data;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Puts a folder that is written whole ([dev.hstu.kernels.storage.AtomicFolder]) at its place, with
/// or without another one there.
///
/// A replacement is written beside as `.NAME.next`; then the old folder moves to `.NAME.replaced`
/// and the new one to its place. A process killed between these two renames leaves no target for
/// the moment but both folders whole; the next run puts the old one back before it begins.
final class FolderSwap {

  private FolderSwap() {}

  /// Writes a folder that does not exist yet.
  ///
  /// @param <T> what is known once it is written
  @FunctionalInterface
  interface FolderWriter<T> {
    /// Makes `folder`, wholly or not at all.
    T write(Path folder) throws IOException;
  }

  /// Makes `target` by `writer`.
  ///
  /// @return what the writer returns
  /// @throws UnusableInputException when `target` exists and `overwrite` is false
  static <T> T write(Path target, boolean overwrite, FolderWriter<T> writer) throws IOException {
    Path place = prepare(target, overwrite);
    Path replaced = hidden(place, "replaced");
    if (!exists(place)) {
      return writer.write(place);
    }
    Path next = hidden(place, "next");
    DurableFiles.deleteRecursively(next);
    T written = writer.write(next);
    DurableFiles.renameAtomically(place, replaced);
    DurableFiles.renameAtomically(next, place);
    DurableFiles.deleteRecursively(replaced);
    return written;
  }

  /// Puts back what a killed run had moved away, then says no to an existing target. To be called
  /// before any work: until then the target a reader knows may be missing.
  ///
  /// @return where the folder is to stand, absolute
  /// @throws UnusableInputException when `target` exists and `overwrite` is false
  static Path prepare(Path target, boolean overwrite) throws IOException {
    Path place = target.toAbsolutePath().normalize();
    if (place.getFileName() == null) {
      throw new UnusableInputException(
          "'%s' names no folder; give the path of one to --out".formatted(target));
    }
    putBack(hidden(place, "replaced"), place);
    if (!overwrite && exists(place)) {
      throw new UnusableInputException(
          "'%s' exists; give another --out, or --overwrite to replace it".formatted(target));
    }
    return place;
  }

  private static void putBack(Path replaced, Path place) throws IOException {
    if (exists(replaced) && !exists(place)) {
      DurableFiles.renameAtomically(replaced, place);
    }
    DurableFiles.deleteRecursively(replaced);
  }

  private static Path hidden(Path place, String state) {
    return place.resolveSibling(".%s.%s".formatted(place.getFileName(), state));
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}
