package dev.hstu.index.tune;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.IndexFiles;
import dev.hstu.index.search.IndexProgress;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemIndexWriter;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// One index over one sample, built, searched and thrown away.
///
/// @param settings how it was built
/// @param rows items in it
/// @param buildSeconds wall time
/// @param fileBytes of its folder
/// @param vectorBytes those of them that hold float32 vectors, which only rescoring reads where the
///     index has codes
/// @param points from cheap to thorough; the last promises the recall unless none did
public record MeasuredIndex(
    IndexSettings settings,
    int rows,
    double buildSeconds,
    long fileBytes,
    long vectorBytes,
    List<SearchPoint> points) {

  public MeasuredIndex {
    points = List.copyOf(points);
  }

  /// Builds and measures.
  ///
  /// @param scratch folder that doesn't exist; deleted again
  static MeasuredIndex measure(
      VectorMatrix vectors,
      IndexSettings settings,
      QuerySample queries,
      TuningGoal goal,
      int workers,
      Path scratch)
      throws IOException {
    try {
      List<Path> shards = List.of(scratch.resolve("shard"));
      long start = System.nanoTime();
      ItemIndexWriter.write(shards, vectors, settings, workers, IndexProgress.NONE);
      double seconds = (System.nanoTime() - start) / 1e9;
      try (OpenIndex index = OpenIndex.open(settings, shards, vectors, 1)) {
        List<SearchPoint> points = SearchLadder.climb(index, settings, queries, goal);
        return new MeasuredIndex(
            settings, vectors.rows(), seconds, bytes(scratch, false), bytes(scratch, true), points);
      }
    } finally {
      DurableFiles.deleteRecursively(scratch);
    }
  }

  /// The cheapest way that promises the recall, or the most thorough one where none does.
  SearchPoint best() {
    return points.getLast();
  }

  /// Bytes an item that every search reads from: all of the index but, where it has codes, the
  /// float32 vectors.
  double codedBytesPerItem() {
    return (double) (settings.hasCodes() ? fileBytes - vectorBytes : fileBytes) / rows;
  }

  /// Bytes an item of the whole folder.
  double bytesPerItem() {
    return (double) fileBytes / rows;
  }

  private static long bytes(Path folder, boolean onlyVectors) throws IOException {
    long bytes = 0;
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (!onlyVectors || IndexFiles.holdsVectors(name)) {
          bytes += Files.size(file);
        }
      }
    }
    return bytes;
  }
}
