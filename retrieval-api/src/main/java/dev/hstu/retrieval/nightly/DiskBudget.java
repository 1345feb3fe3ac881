package dev.hstu.retrieval.nightly;

import dev.hstu.retrieval.config.NightlyConfiguration;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/// What work folder and generations may hold together, and what the disk still has.
///
/// @param folders counted
/// @param bytes most they may hold
record DiskBudget(List<Path> folders, long bytes) {

  static DiskBudget of(NightlyConfiguration configuration) {
    return new DiskBudget(
        List.of(configuration.folder(), configuration.generations()), configuration.diskBytes());
  }

  /// Refuses a step that would exceed the budget or the disk.
  ///
  /// @param need bytes it may at most add
  void require(NightStep step, long need) throws IOException {
    long used = used();
    if (used + need > bytes) {
      throw new NightRefusedException(
          "%s may need %s more, and of disk=%s the work folder and the generations hold %s; raise disk, or lower keep.generations or keep.nights"
              .formatted(
                  step.label(), Amounts.bytes(need), Amounts.bytes(bytes), Amounts.bytes(used)));
    }
    Path folder = folders.getFirst();
    long free = Files.getFileStore(folder).getUsableSpace();
    if (need > free) {
      throw new NightRefusedException(
          "%s may need %s more, and the disk of %s has %s free; free some"
              .formatted(step.label(), Amounts.bytes(need), folder, Amounts.bytes(free)));
    }
  }

  /// Refuses to go on once more is held than the budget has, whatever was estimated.
  void requireKept(NightStep step) throws IOException {
    require(step, 0);
  }

  /// Bytes of all files, a file that vanishes meanwhile counting nothing.
  long used() throws IOException {
    long[] sum = {0};
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        Files.walkFileTree(
            folder,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum[0] += attributes.size();
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFileFailed(Path file, IOException failure)
                  throws IOException {
                if (failure instanceof NoSuchFileException) {
                  return FileVisitResult.CONTINUE;
                }
                throw failure;
              }
            });
      }
    }
    return sum[0];
  }
}
