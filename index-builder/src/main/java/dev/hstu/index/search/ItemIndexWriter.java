package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Writes the index that [OpenIndex] opens, whatever its type: a folder per shard, each with rows
/// of its own from 0.
public final class ItemIndexWriter {

  private ItemIndexWriter() {}

  /// Writes the index of all rows. Not durable yet: the caller syncs the tree.
  ///
  /// @param shards as many folders as the settings say, empty or absent; an exact index leaves them
  ///     empty
  /// @param workers threads that build one shard, 1..[GraphIndexWriter#MAX_WORKERS]
  public static void write(
      List<Path> shards,
      VectorMatrix vectors,
      IndexSettings settings,
      int workers,
      IndexProgress progress)
      throws IOException {
    if (shards.size() != settings.shards()) {
      throw new IllegalArgumentException(
          "%d shard folders, the settings say %d".formatted(shards.size(), settings.shards()));
    }
    List<ShardRange> ranges = ShardRange.divide(vectors.rows(), settings.shards());
    for (int s = 0; s < ranges.size(); s++) {
      ShardRange range = ranges.get(s);
      writeShard(
          Files.createDirectories(shards.get(s)),
          vectors.slice(range.firstRow(), range.rows()),
          settings,
          workers,
          following(range.firstRow(), vectors.rows(), progress));
    }
    progress.added(vectors.rows(), vectors.rows());
    progress.linked(vectors.rows(), vectors.rows());
  }

  private static void writeShard(
      Path folder,
      VectorMatrix vectors,
      IndexSettings settings,
      int workers,
      IndexProgress progress)
      throws IOException {
    switch (settings.type()) {
      case GRAPH ->
          GraphIndexWriter.write(
              folder, vectors, 0, vectors.rows(), settings.graph(), workers, progress);
      case PARTITIONS ->
          PartitionIndexWriter.write(
              folder,
              vectors,
              0,
              vectors.rows(),
              settings.partitions().format(settings.search().recall()).withWorkers(workers),
              progress);
      case EXACT -> {}
    }
  }

  /// The progress of a shard as that of the whole.
  private static IndexProgress following(int before, int total, IndexProgress whole) {
    return new IndexProgress() {
      @Override
      public void added(int done, int ofShard) {
        whole.added(before + done, total);
      }

      @Override
      public void linked(int done, int ofShard) {
        whole.linked(before + done, total);
      }
    };
  }
}
