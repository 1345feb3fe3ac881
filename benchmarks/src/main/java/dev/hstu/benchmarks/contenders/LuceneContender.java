package dev.hstu.benchmarks.contenders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.MMapDirectory;

/// Lucene's own HNSW over float32 vectors as Lucene offers it: one segment, searched as a leaf,
/// without the query layer and without anything of ours. The graph is the one that our graph index
/// searches too; a document's number is its row.
final class LuceneContender extends InProcess {

  private static final String FIELD = "vector";
  private static final KnnSearchStrategy EVERY_NEIGHBOUR = new KnnSearchStrategy.Hnsw(0);

  private final DirectoryReader reader;
  private final LeafReader segment;
  private final AcceptDocs all;
  private final float[][] queries;

  LuceneContender(String name, String index, IndexCost cost, Path folder, float[][] queries)
      throws IOException {
    super(name, index, 1, cost);
    this.queries = queries;
    this.reader = DirectoryReader.open(new MMapDirectory(folder));
    if (reader.leaves().size() != 1) {
      throw new IOException(
          "%s has %d segments, expected one".formatted(folder, reader.leaves().size()));
    }
    this.segment = reader.leaves().getFirst().reader();
    this.all = AcceptDocs.fromLiveDocs(null, segment.maxDoc());
  }

  @Override
  public Efforts efforts(int k) {
    return Beams.of(k, segment.maxDoc());
  }

  @Override
  void call(int first, int count, int k, int effort, int[] rows, int offset) {
    try {
      TopKnnCollector beam = new TopKnnCollector(effort, Integer.MAX_VALUE, EVERY_NEIGHBOUR);
      segment.searchNearestVectors(FIELD, queries[first], beam, all);
      ScoreDoc[] found = beam.topDocs().scoreDocs;
      for (int i = 0; i < Math.min(k, found.length); i++) {
        rows[offset + i] = found[i].doc;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("graph cannot be read", e);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
