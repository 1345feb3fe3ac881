package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfSettings;
import dev.hstu.index.format.IvfVectorsFormat;
import java.io.IOException;
import java.nio.file.Path;

/// Builds the Lucene index of one shard in partitions: one segment, trained once, from the
/// vectors where they stand.
public final class PartitionIndexWriter {

  private PartitionIndexWriter() {}

  /// Writes the index of `items` rows of `vectors` from `firstRow` into `folder`, an empty or
  /// absent folder. Not durable yet: the caller syncs the tree.
  ///
  public static void write(
      Path folder,
      VectorMatrix vectors,
      int firstRow,
      int items,
      IvfSettings settings,
      IndexProgress progress)
      throws IOException {
    VectorMatrix rows = vectors.slice(firstRow, items);
    ShardWriter.writeOnce(
        folder, rows, firstRow, IvfVectorsFormat.ofRows(settings, rows), progress);
  }
}
