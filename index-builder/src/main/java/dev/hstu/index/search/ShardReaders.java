package dev.hstu.index.search;

import dev.hstu.index.format.IvfVectorsFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NoLockFactory;
import org.apache.lucene.store.ReadAdvice;

/// Opens the shards of an index, one folder each, as one reader.
final class ShardReaders {

  private ShardReaders() {}

  static IndexReader open(List<Path> shards) throws IOException {
    return open(shards, false);
  }

  /// @param hasCodes whether searches pass over the codes of partitions, which are then read into
  ///     memory at once, and come to float32 vectors one by one, which are then read without their
  ///     neighbours: these would push the codes out where memory is short
  static IndexReader open(List<Path> shards, boolean hasCodes) throws IOException {
    List<IndexReader> readers = new ArrayList<>(shards.size());
    try {
      for (Path shard : shards) {
        // Mappings outlive the directory object, which has nothing else to close.
        readers.add(DirectoryReader.open(directory(shard, hasCodes)));
      }
      return new MultiReader(readers.toArray(new IndexReader[0]), true);
    } catch (IOException | RuntimeException e) {
      for (IndexReader reader : readers) {
        reader.close();
      }
      throw e;
    }
  }

  private static MMapDirectory directory(Path shard, boolean hasCodes) throws IOException {
    MMapDirectory directory = new MMapDirectory(shard, NoLockFactory.INSTANCE);
    if (hasCodes) {
      directory.setPreload((file, context) -> isOf(IvfVectorsFormat.INDEX_EXTENSION, file));
      directory.setReadAdvice(
          (file, context) ->
              isOf(IvfVectorsFormat.VECTORS_EXTENSION, file)
                  ? Optional.of(ReadAdvice.RANDOM)
                  : MMapDirectory.ADVISE_BY_CONTEXT.apply(file, context));
    }
    return directory;
  }

  private static boolean isOf(String extension, String file) {
    return file.endsWith("." + extension);
  }
}
