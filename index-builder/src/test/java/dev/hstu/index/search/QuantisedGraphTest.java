package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.RoaringBitmap;

/// A graph over coded vectors keeps the contract of [ItemIndex], and nearly the recall of one over
/// float32, at every width.
final class QuantisedGraphTest {

  private static final int ITEMS = 6_000;
  private static final int DIMENSION = 64;

  @TempDir Path folder;

  private final ClusteredVectors source = new ClusteredVectors(DIMENSION, 60, 42);
  private final VectorMatrix vectors = source.matrix(ITEMS);
  private final ExactScan scan = new ExactScan(vectors);
  private final Candidates found = new Candidates(500);
  private final Candidates truth = new Candidates(500);

  @ParameterizedTest
  @CsvSource({"32, .98", "8, .98", "7, .98", "4, .98", "2, .97", "1, .95"})
  void holdsTheContract(int bits, double recall) throws IOException {
    GraphSettings settings = GraphSettings.DEFAULT.withBits(bits);
    GraphIndexWriter.write(folder, vectors, 0, ITEMS, settings, 1, IndexProgress.NONE);
    try (GraphIndex graph = GraphIndex.open(List.of(folder), vectors, settings)) {
      assertRecall(graph, recall);
      assertExactlyK(graph);
      graph.search(source.query(), 10_000, ItemFilter.all(), SearchOptions.graph(0), found);
      assertThat(found.size()).as("k beyond the catalogue").isEqualTo(ITEMS);
    }
  }

  private void assertRecall(GraphIndex graph, double recall) {
    int hits = 0;
    int queries = 60;
    for (int q = 0; q < queries; q++) {
      float[] query = source.query();
      graph.search(query, 100, ItemFilter.all(), SearchOptions.graph(0), found);
      scan.search(query, 100, ItemFilter.all(), SearchOptions.EXACT, truth);
      assertThat(found.path()).isEqualTo(SearchPath.GRAPH);
      RoaringBitmap wanted = RoaringBitmap.bitmapOf(truth.rows());
      hits += (int) Arrays.stream(found.rows()).filter(wanted::contains).count();
    }
    assertThat(hits / (100.0 * queries)).as("recall@100").isGreaterThan(recall);
  }

  private void assertExactlyK(GraphIndex graph) {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 30; round++) {
      ItemFilter filter = RandomFilters.next(random, ITEMS);
      int k = 1 + random.nextInt(300);
      float[] query = source.query();
      SearchOptions options = random.nextBoolean() ? SearchOptions.DEFAULT : SearchOptions.graph(0);
      graph.search(query, k, filter, options, found);

      long passing = IntStream.range(0, ITEMS).filter(filter::accepts).count();
      assertThat(found.size()).isEqualTo((int) Math.min(k, passing));
      for (int i = 0; i < found.size(); i++) {
        assertThat(filter.accepts(found.row(i))).isTrue();
        assertThat(found.score(i)).isEqualTo(scan.score(query, found.row(i)));
        assertThat(i == 0 || found.score(i - 1) >= found.score(i)).isTrue();
      }
    }
  }
}
