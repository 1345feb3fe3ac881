package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.format.IvfSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Partitions keep the contract of [ItemIndex] against the exact scan, and the recall they were
/// calibrated for, whatever is swept.
final class PartitionIndexTest {

  private static final int ITEMS = 12_000;
  private static final int DIMENSION = 24;

  @TempDir static Path folder;

  private static final ClusteredVectors SOURCE = new ClusteredVectors(DIMENSION, 80, 42);
  private static final VectorMatrix VECTORS = SOURCE.matrix(ITEMS);
  private static final Map<IvfEncoding, PartitionIndex> INDEXES = new EnumMap<>(IvfEncoding.class);

  private final ExactScan scan = new ExactScan(VECTORS);
  private final Candidates found = new Candidates(500);
  private final Candidates truth = new Candidates(500);

  @BeforeAll
  static void build() throws IOException {
    for (IvfEncoding encoding : IvfEncoding.values()) {
      INDEXES.put(encoding, build("whole-" + encoding, VECTORS, encoding));
    }
  }

  @AfterAll
  static void close() throws IOException {
    for (PartitionIndex index : INDEXES.values()) {
      index.close();
    }
  }

  private static PartitionIndex build(String name, VectorMatrix vectors, IvfEncoding encoding)
      throws IOException {
    Path shard = folder.resolve(name);
    PartitionIndexWriter.write(
        shard,
        vectors,
        0,
        vectors.rows(),
        IvfSettings.DEFAULT.withEncoding(encoding),
        IndexProgress.NONE);
    return PartitionIndex.open(List.of(shard), vectors);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 10, .9", "FLOAT32, 100, .95", "FLOAT32, 500, .99", "FLOAT32, 500, .8",
    "INT8, 10, .9", "INT8, 100, .95", "INT8, 500, .99", "INT8, 100, .8"
  })
  void meetsTheRecallAskedForOnFreshQueries(IvfEncoding encoding, int k, double recall) {
    int queries = 200;
    long hits = 0;
    long visited = 0;
    for (int q = 0; q < queries; q++) {
      float[] query = SOURCE.query();
      INDEXES.get(encoding).search(query, k, ItemFilter.all(), SearchOptions.recall(recall), found);
      scan.search(query, k, ItemFilter.all(), SearchOptions.EXACT, truth);
      assertThat(found.path()).isEqualTo(SearchPath.PARTITIONS);
      hits += common(found, truth);
      visited += found.visited();
    }
    assertThat((double) hits / ((long) queries * k)).as("recall@%d", k).isGreaterThan(recall);
    assertThat(visited).as("swept").isLessThan((long) queries * ITEMS / 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 24})
  void meetsTheRecallOnUniformDataToo(int dimension) throws IOException {
    ClusteredVectors uniform = new ClusteredVectors(dimension, 8_000, 5);
    VectorMatrix vectors = uniform.matrix(6_000);
    ExactScan exact = new ExactScan(vectors);
    try (PartitionIndex index = build("uniform-" + dimension, vectors, IvfEncoding.FLOAT32)) {
      long hits = 0;
      for (int q = 0; q < 200; q++) {
        float[] query = uniform.query();
        index.search(query, 100, ItemFilter.all(), SearchOptions.recall(.95), found);
        exact.search(query, 100, ItemFilter.all(), SearchOptions.EXACT, truth);
        hits += common(found, truth);
      }
      assertThat(hits / 20_000.0).isGreaterThan(.95);
    }
  }

  @ParameterizedTest
  @EnumSource
  void recallOneIsTheExactAnswerToTheBit(IvfEncoding encoding) {
    for (int q = 0; q < 20; q++) {
      float[] query = SOURCE.query();
      INDEXES.get(encoding).search(query, 300, ItemFilter.all(), SearchOptions.recall(1), found);
      scan.search(query, 300, ItemFilter.all(), SearchOptions.EXACT, truth);

      assertThat(found.rows()).isEqualTo(truth.rows());
      assertThat(found.scores()).isEqualTo(truth.scores());
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1", "FLOAT32, 2", "INT8, 3"})
  void everyScoreIsTheExactInnerProduct(IvfEncoding encoding, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int q = 0; q < 20; q++) {
      float[] query = SOURCE.query();
      float scale = (float) Math.pow(10, random.nextInt(-6, 7)); // queries needn't be unit vectors
      for (int i = 0; i < query.length; i++) {
        query[i] *= scale;
      }
      INDEXES.get(encoding).search(query, 50, ItemFilter.all(), SearchOptions.DEFAULT, found);

      assertThat(found.size()).isEqualTo(50);
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.score(i)).isEqualTo(scan.score(query, found.row(i)));
      }
      assertOrdered(found);
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1", "FLOAT32, 2", "INT8, 3", "INT8, 4"})
  void anyFilterAndKGiveExactlyKOrAllThatPass(IvfEncoding encoding, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 60; round++) {
      ItemFilter filter = RandomFilters.next(random, ITEMS);
      int k = 1 + random.nextInt(random.nextBoolean() ? 30 : 600);
      SearchOptions options = random.nextBoolean() ? SearchOptions.DEFAULT : SearchOptions.graph(0);
      INDEXES.get(encoding).search(SOURCE.query(), k, filter, options, found);

      long passing = IntStream.range(0, ITEMS).filter(filter::accepts).count();
      assertThat(found.size()).isEqualTo((int) Math.min(k, passing));
      assertThat(found.rows()).doesNotHaveDuplicates();
      assertThat(IntStream.of(found.rows()).allMatch(filter::accepts)).isTrue();
      assertOrdered(found);
    }
  }

  @ParameterizedTest
  @CsvSource({"2", "10", "100", "1000"})
  void filtersKeepTheRecall(int step) {
    ItemFilter filter = RandomFilters.everySoMany(step);
    long hits = 0;
    long wanted = 0;
    for (int q = 0; q < 100; q++) {
      float[] query = SOURCE.query();
      INDEXES.get(IvfEncoding.FLOAT32).search(query, 50, filter, SearchOptions.recall(.95), found);
      scan.search(query, 50, filter, SearchOptions.EXACT, truth);
      hits += common(found, truth);
      wanted += truth.size();
    }
    assertThat((double) hits / wanted).isGreaterThan(.95);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1", "FLOAT32, 7", "FLOAT32, 33", "INT8, 9"})
  void aBatchEqualsItsQueriesOneByOne(IvfEncoding encoding, int size) {
    PartitionIndex index = INDEXES.get(encoding);
    SplittableRandom random = new SplittableRandom(size);
    float[][] queries = new float[size][];
    List<ItemFilter> filters = new ArrayList<>();
    List<Candidates> targets = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      queries[q] = SOURCE.query();
      filters.add(q % 3 == 0 ? ItemFilter.all() : RandomFilters.next(random, ITEMS));
      targets.add(new Candidates(60));
    }
    for (int round = 0; round < 2; round++) {
      index.searchBatch(queries, 60, filters, SearchOptions.DEFAULT, targets);
    }
    for (int q = 0; q < queries.length; q++) {
      index.search(queries[q], 60, filters.get(q), SearchOptions.DEFAULT, found);
      assertThat(targets.get(q).rows()).isEqualTo(found.rows());
      assertThat(targets.get(q).scores()).isEqualTo(found.scores());
      assertThat(targets.get(q).path()).isEqualTo(found.path());
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalShardsAnswerAsOne(IvfEncoding encoding) throws IOException {
    Path first = folder.resolve("two-" + encoding + "/shard-000");
    Path second = folder.resolve("two-" + encoding + "/shard-001");
    IvfSettings settings = IvfSettings.DEFAULT.withEncoding(encoding);
    PartitionIndexWriter.write(first, VECTORS, 0, 2_500, settings, IndexProgress.NONE);
    PartitionIndexWriter.write(second, VECTORS, 2_500, ITEMS - 2_500, settings, IndexProgress.NONE);
    int hits = 0;
    try (PartitionIndex shards = PartitionIndex.open(List.of(first, second), VECTORS)) {
      for (int q = 0; q < 50; q++) {
        float[] query = SOURCE.query();
        shards.search(query, 100, ItemFilter.all(), SearchOptions.recall(.95), found);
        scan.search(query, 100, ItemFilter.all(), SearchOptions.EXACT, truth);
        assertOrdered(found);
        assertThat(found.size()).isEqualTo(100);
        hits += common(found, truth);
      }
    }
    assertThat(hits / 5_000.0).isGreaterThan(.95);
    assertThatThrownBy(() -> PartitionIndex.open(List.of(first), VECTORS))
        .isInstanceOf(IOException.class)
        .hasMessage("the index lacks 9500 of 12000 items, the first in row 2500");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 50, 63, 64, 65, 128})
  void anyDimensionWorks(int dimension) throws IOException {
    ClusteredVectors source = new ClusteredVectors(dimension, 20, dimension);
    VectorMatrix vectors = source.matrix(2_500);
    ExactScan exact = new ExactScan(vectors);
    for (IvfEncoding encoding : IvfEncoding.values()) {
      try (PartitionIndex index = build("dimension-" + dimension + encoding, vectors, encoding)) {
        for (int q = 0; q < 5; q++) {
          float[] query = source.values(1);
          index.search(query, 40, ItemFilter.all(), SearchOptions.recall(1), found);
          exact.search(query, 40, ItemFilter.all(), SearchOptions.EXACT, truth);
          assertThat(found.scores()).isEqualTo(truth.scores());
        }
      }
    }
  }

  @Test
  void smallAndEmptyCataloguesWork() throws IOException {
    for (int items : new int[] {0, 1, 2, 3, 50, 2_049}) {
      VectorMatrix vectors = SOURCE.matrix(items);
      for (IvfEncoding encoding : IvfEncoding.values()) {
        try (PartitionIndex small = build("small-" + items + encoding, vectors, encoding)) {
          small.search(SOURCE.query(), 10, ItemFilter.all(), SearchOptions.DEFAULT, found);
          assertThat(found.size()).isEqualTo(Math.min(10, items));
          small.search(SOURCE.query(), 10_000, ItemFilter.all(), SearchOptions.DEFAULT, found);
          assertThat(found.size()).isEqualTo(items);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalVectorsAreAllFound(IvfEncoding encoding) throws IOException {
    float[] values = new float[3_000 * 4];
    Arrays.fill(values, .5f);
    VectorMatrix vectors = VectorMatrix.copyOf(values, 4);
    try (PartitionIndex index = build("equal-" + encoding, vectors, encoding)) {
      index.search(new float[] {1, 0, 0, 0}, 700, ItemFilter.all(), SearchOptions.DEFAULT, found);

      assertThat(found.size()).isEqualTo(700);
      assertThat(found.rows()).doesNotHaveDuplicates();
      assertThat(found.scores()).containsOnly(.5f);
      assertOrdered(found);
    }
  }

  @Test
  void aGraphIsNoPartitionIndex() throws IOException {
    Path graph = folder.resolve("graph");
    VectorMatrix vectors = SOURCE.matrix(10);
    GraphIndexWriter.write(graph, vectors, 0, 10, GraphSettings.DEFAULT, 1, IndexProgress.NONE);

    assertThatThrownBy(() -> PartitionIndex.open(List.of(graph), vectors))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("isn't in the format HstuIvfVectors");
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
