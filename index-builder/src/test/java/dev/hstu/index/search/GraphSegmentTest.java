package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Documents find their catalogue rows whatever order and segments Lucene keeps them in.
final class GraphSegmentTest {

  private static final int ITEMS = 900;

  @TempDir Path folder;

  private final ClusteredVectors source = new ClusteredVectors(9, 12, 5);
  private final VectorMatrix vectors = source.matrix(ITEMS);

  @Test
  void documentsInAnyOrderAndSegmentsGiveTheRightRows() throws IOException {
    int[] rows = new int[ITEMS];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < ITEMS; i++) {
      int other = random.nextInt(i + 1);
      rows[i] = rows[other];
      rows[other] = i;
    }
    write(rows);
    ExactScan scan = new ExactScan(vectors);
    Candidates found = new Candidates(20);
    Candidates truth = new Candidates(20);
    try (GraphIndex graph = GraphIndex.open(List.of(folder), vectors)) {
      for (int q = 0; q < 30; q++) {
        float[] query = source.query();
        ItemFilter filter = row -> row % 3 != 0;
        graph.search(query, 20, filter, SearchOptions.graph(600), found);
        scan.search(query, 20, filter, SearchOptions.EXACT, truth);
        assertThat(found.rows()).isEqualTo(truth.rows());
        assertThat(found.scores()).isEqualTo(truth.scores());
      }
    }
  }

  @Test
  void refusesAnIndexOfOtherRows() throws IOException {
    write(new int[] {0, 1, ITEMS});

    assertThatThrownBy(() -> GraphIndex.open(List.of(folder), vectors))
        .isInstanceOf(IOException.class)
        .hasMessage("document 2 has row 900, must be within 0..899");
  }

  @Test
  void refusesAnIndexOfOtherDimension() throws IOException {
    write(new int[] {0, 1});
    VectorMatrix other = new ClusteredVectors(8, 1, 1).matrix(2);

    assertThatThrownBy(() -> GraphIndex.open(List.of(folder), other))
        .hasMessageContaining("vectors of 9 values, the item vectors have 8");
  }

  /// Writes these rows in this order, 200 documents a segment.
  private void write(int[] rows) throws IOException {
    IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
    try (Directory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < rows.length; i++) {
        float[] vector = new float[vectors.dimension()];
        vectors.copyRow(rows[i] % ITEMS, vector);
        Document document = new Document();
        document.add(new KnnFloatVectorField(GraphFields.VECTOR, vector, GraphFields.SIMILARITY));
        document.add(new NumericDocValuesField(GraphFields.ROW, rows[i]));
        writer.addDocument(document);
        if (i % 200 == 199) {
          writer.flush();
        }
      }
    }
  }
}
