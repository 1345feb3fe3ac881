package dev.hstu.index.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NoLockFactory;

/// Opens the shards of an index, one folder each, as one reader.
final class ShardReaders {

  private ShardReaders() {}

  static IndexReader open(List<Path> shards) throws IOException {
    List<IndexReader> readers = new ArrayList<>(shards.size());
    try {
      for (Path shard : shards) {
        // Mappings outlive the directory object, which has nothing else to close.
        readers.add(DirectoryReader.open(new MMapDirectory(shard, NoLockFactory.INSTANCE)));
      }
      return new MultiReader(readers.toArray(new IndexReader[0]), true);
    } catch (IOException | RuntimeException e) {
      for (IndexReader reader : readers) {
        reader.close();
      }
      throw e;
    }
  }
}
