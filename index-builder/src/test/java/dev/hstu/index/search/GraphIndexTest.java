package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/// The graph keeps the contract of [ItemIndex] against the exact scan, and its recall.
final class GraphIndexTest {

  private static final int ITEMS = 12_000;
  private static final int DIMENSION = 24;

  @TempDir static Path folder;

  private static final ClusteredVectors SOURCE = new ClusteredVectors(DIMENSION, 80, 42);
  private static final VectorMatrix VECTORS = SOURCE.matrix(ITEMS);
  private static final AtomicInteger LINKED = new AtomicInteger();
  private static GraphIndex graph;

  private final ExactScan scan = new ExactScan(VECTORS);
  private final Candidates found = new Candidates(500);
  private final Candidates truth = new Candidates(500);

  @BeforeAll
  static void build() throws IOException {
    Path shard = folder.resolve("shard-000");
    IndexProgress progress =
        new IndexProgress() {
          @Override
          public void added(int done, int total) {}

          @Override
          public void linked(int done, int total) {
            LINKED.incrementAndGet();
          }
        };
    GraphIndexWriter.write(shard, VECTORS, 0, ITEMS, GraphSettings.DEFAULT, 2, progress);
    graph = GraphIndex.open(List.of(shard), VECTORS);
  }

  @AfterAll
  static void close() throws IOException {
    graph.close();
  }

  @ParameterizedTest
  @CsvSource({"100, .95", "500, .98"})
  void findsNearlyAllOfTheExactAnswer(int k, double expectedRecall) {
    int hits = 0;
    int queries = 100;
    SearchOptions options = SearchOptions.graph(SearchOptions.DEFAULT.beamFor(k));
    for (int q = 0; q < queries; q++) {
      float[] query = SOURCE.query();
      graph.search(query, k, ItemFilter.all(), options, found);
      scan.search(query, k, ItemFilter.all(), options, truth);
      assertThat(found.path()).isEqualTo(SearchPath.GRAPH);
      hits += common(found, truth);
    }
    assertThat((double) hits / (queries * k)).as("recall@%d", k).isGreaterThan(expectedRecall);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyScoreIsTheExactInnerProduct(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int q = 0; q < 20; q++) {
      float[] query = SOURCE.query();
      float scale = (float) Math.pow(10, random.nextInt(-6, 7)); // queries needn't be unit vectors
      for (int i = 0; i < query.length; i++) {
        query[i] *= scale;
      }
      graph.search(query, 50, ItemFilter.all(), SearchOptions.graph(0), found);

      assertThat(found.size()).isEqualTo(50);
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.score(i)).isEqualTo(scan.score(query, found.row(i)));
      }
      assertOrdered(found);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyFilterAndKGiveExactlyKOrAllThatPass(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      ItemFilter filter = RandomFilters.next(random, ITEMS);
      int k = 1 + random.nextInt(random.nextBoolean() ? 30 : 600);
      SearchOptions options = random.nextBoolean() ? SearchOptions.DEFAULT : SearchOptions.graph(0);
      graph.search(SOURCE.query(), k, filter, options, found);

      long passing = IntStream.range(0, ITEMS).filter(filter::accepts).count();
      assertThat(found.size()).isEqualTo((int) Math.min(k, passing));
      assertThat(found.rows()).doesNotHaveDuplicates();
      assertThat(IntStream.of(found.rows()).allMatch(filter::accepts)).isTrue();
      assertOrdered(found);
    }
  }

  @Test
  void saysWhenItHadToScan() {
    ItemFilter three = row -> row % 4_000 == 7;
    graph.search(SOURCE.query(), 10, three, SearchOptions.graph(0), found);
    assertThat(found.path()).isEqualTo(SearchPath.EXACT_FALLBACK);
    assertThat(found.rows()).containsExactlyInAnyOrder(7, 4_007, 8_007);

    ItemFilter few = ItemFilter.only(RoaringBitmap.bitmapOf(1, 2, 3, 4));
    graph.search(SOURCE.query(), 3, few, SearchOptions.DEFAULT, found);
    assertThat(found.path()).isEqualTo(SearchPath.EXACT_PLANNED);
    assertThat(found.visited()).isEqualTo(4);
  }

  @Test
  void aFilterThatRefusesNearlyAllIsStoppedAtTheCostOfAScan() {
    ItemFilter unbounded = RandomFilters.everySoMany(3_000);
    graph.search(SOURCE.query(), 1, unbounded, new SearchOptions(20, SearchPlan.AUTO), found);

    assertThat(found.path()).isEqualTo(SearchPath.EXACT_FALLBACK);
    assertThat(found.size()).isEqualTo(1);
    assertThat(found.visited()).isLessThan(2 * ITEMS);
  }

  @Test
  void kBeyondTheCatalogueGivesAll() {
    graph.search(SOURCE.query(), 10_000, row -> row < 9_000, SearchOptions.graph(0), found);

    assertThat(found.size()).isEqualTo(9_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 300})
  void aBatchEqualsItsQueriesOneByOne(int beam) {
    SearchOptions options = new SearchOptions(beam, SearchPlan.AUTO);
    float[][] queries = new float[6][];
    List<ItemFilter> filters = new ArrayList<>();
    List<Candidates> targets = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      queries[q] = SOURCE.query();
      filters.add(ItemFilter.excluding(q, q + 1));
      targets.add(new Candidates(60));
    }
    graph.searchBatch(queries, 60, filters, options, targets);

    for (int q = 0; q < queries.length; q++) {
      graph.search(queries[q], 60, filters.get(q), options, found);
      assertThat(targets.get(q).rows()).isEqualTo(found.rows());
      assertThat(targets.get(q).scores()).isEqualTo(found.scores());
      assertThat(targets.get(q).path()).isEqualTo(found.path());
    }
  }

  @Test
  void threadsSearchAtOnceWithoutTouchingEachOther() throws Exception {
    float[][] queries = new float[40][];
    int[][] alone = new int[queries.length][];
    for (int q = 0; q < queries.length; q++) {
      queries[q] = SOURCE.query();
      graph.search(queries[q], 100, ItemFilter.all(), SearchOptions.graph(0), found);
      alone[q] = found.rows();
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<int[][]>> together = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        together.add(pool.submit(() -> rowsOf(queries)));
      }
      for (Future<int[][]> rows : together) {
        assertThat(rows.get()).isDeepEqualTo(alone);
      }
    }
  }

  private static int[][] rowsOf(float[][] queries) {
    Candidates own = new Candidates(100);
    int[][] rows = new int[queries.length][];
    for (int q = 0; q < queries.length; q++) {
      graph.search(queries[q], 100, ItemFilter.all(), SearchOptions.graph(0), own);
      rows[q] = own.rows();
    }
    return rows;
  }

  @Test
  void tellsItsProgress() {
    assertThat(LINKED.get()).as("batches of the merge plus the end").isGreaterThan(2);
  }

  @Test
  void severalShardsAnswerAsOne() throws IOException {
    Path first = folder.resolve("two/shard-000");
    Path second = folder.resolve("two/shard-001");
    GraphIndexWriter.write(first, VECTORS, 0, 2_500, GraphSettings.DEFAULT, 1, IndexProgress.NONE);
    GraphIndexWriter.write(
        second, VECTORS, 2_500, ITEMS - 2_500, GraphSettings.DEFAULT, 1, IndexProgress.NONE);
    int hits = 0;
    try (GraphIndex shards = GraphIndex.open(List.of(first, second), VECTORS)) {
      for (int q = 0; q < 20; q++) {
        float[] query = SOURCE.query();
        shards.search(query, 100, ItemFilter.all(), SearchOptions.graph(300), found);
        scan.search(query, 100, ItemFilter.all(), SearchOptions.EXACT, truth);
        assertOrdered(found);
        hits += common(found, truth);
      }
    }
    assertThat(hits / 2_000.0).isGreaterThan(.95);
    assertThatThrownBy(() -> GraphIndex.open(List.of(first), VECTORS))
        .isInstanceOf(IOException.class)
        .hasMessage("the index lacks 9500 of 12000 items, the first in row 2500");
    assertThatThrownBy(() -> GraphIndex.open(List.of(first, first), VECTORS))
        .hasMessage("row 0 has two documents");
  }

  @Test
  void smallAndEmptyCataloguesWork() throws IOException {
    for (int items : new int[] {0, 1, 2, 3, 50}) {
      VectorMatrix vectors = SOURCE.matrix(items);
      Path shard = folder.resolve("small-" + items);
      GraphIndexWriter.write(
          shard, vectors, 0, items, GraphSettings.DEFAULT, 2, IndexProgress.NONE);
      try (GraphIndex small = GraphIndex.open(List.of(shard), vectors)) {
        small.search(SOURCE.query(), 10, ItemFilter.all(), SearchOptions.graph(0), found);
        assertThat(found.size()).isEqualTo(Math.min(10, items));
      }
    }
  }

  @Test
  void leavesNothingButTheIndexBehind() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("shard-000"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".lock"))
          .anyMatch(name -> name.endsWith(".vex"));
    }
  }

  private static int common(Candidates found, Candidates truth) {
    int[] rows = truth.rows();
    Arrays.sort(rows);
    return (int)
        IntStream.of(found.rows()).filter(row -> Arrays.binarySearch(rows, row) >= 0).count();
  }

  private static void assertOrdered(Candidates candidates) {
    for (int i = 1; i < candidates.size(); i++) {
      float before = candidates.score(i - 1);
      float score = candidates.score(i);
      assertThat(before > score || (before == score && candidates.row(i - 1) < candidates.row(i)))
          .as("candidate %d", i)
          .isTrue();
    }
  }
}
