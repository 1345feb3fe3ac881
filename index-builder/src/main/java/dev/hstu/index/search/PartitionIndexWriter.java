package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfSettings;
import dev.hstu.index.format.IvfVectorsFormat;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.util.InfoStream;

/// Builds the Lucene index of one shard in partitions: one segment, trained once.
public final class PartitionIndexWriter {

  private PartitionIndexWriter() {}

  /// Writes the index of `items` rows of `vectors` from `firstRow` into `folder`, an empty or
  /// absent folder. Not durable yet: the caller syncs the tree.
  ///
  /// @param settings training is deferred to the merge, whatever they say
  public static void write(
      Path folder,
      VectorMatrix vectors,
      int firstRow,
      int items,
      IvfSettings settings,
      IndexProgress progress)
      throws IOException {
    ShardWriter.write(
        folder,
        vectors,
        firstRow,
        items,
        new IvfVectorsFormat(settings.withDeferred()),
        InfoStream.NO_OUTPUT,
        progress);
  }
}
