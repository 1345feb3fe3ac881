package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every type of index in any number of shards keeps the contract of [ItemIndex].
final class OpenIndexTest {

  private static final int ITEMS = 4_001;
  private static final int DIMENSION = 24;

  @TempDir Path folder;

  private final ClusteredVectors source = new ClusteredVectors(DIMENSION, 40, 42);
  private final VectorMatrix vectors = source.matrix(ITEMS);
  private final ExactScan scan = new ExactScan(vectors);
  private final Candidates found = new Candidates(500);
  private final Candidates truth = new Candidates(500);

  static Stream<IndexSettings> settings() {
    return Stream.of(
        IndexSettings.exact(),
        IndexSettings.exact().withShards(3),
        IndexSettings.graph(GraphSettings.DEFAULT),
        IndexSettings.graph(GraphSettings.DEFAULT.withBits(7)).withShards(3),
        IndexSettings.partitions(PartitionSettings.DEFAULT).withShards(2),
        IndexSettings.partitions(new PartitionSettings(IvfEncoding.INT8)).withShards(5));
  }

  private OpenIndex build(IndexSettings settings, VectorMatrix items, int parallelism)
      throws IOException {
    List<Path> shards =
        IntStream.range(0, settings.shards()).mapToObj(s -> folder.resolve("shard-" + s)).toList();
    ItemIndexWriter.write(shards, items, settings, 1, IndexProgress.NONE);
    return OpenIndex.open(settings, shards, items, parallelism);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void anyFilterAndKGiveExactlyKOrAllThatPass(IndexSettings settings) throws IOException {
    SplittableRandom random = new SplittableRandom(settings.shards());
    try (OpenIndex index = build(settings, vectors, 2)) {
      assertThat(index.size()).isEqualTo(ITEMS);
      for (int round = 0; round < 60; round++) {
        ItemFilter filter = RandomFilters.next(random, ITEMS);
        int k = 1 + random.nextInt(random.nextBoolean() ? 30 : 600);
        SearchPlan plan = random.nextBoolean() ? SearchPlan.AUTO : SearchPlan.INDEX;
        float[] query = source.query();
        index.search(query, k, filter, settings.search().options(plan), found);

        long passing = IntStream.range(0, ITEMS).filter(filter::accepts).count();
        assertThat(found.size()).isEqualTo((int) Math.min(k, passing));
        assertThat(found.rows()).doesNotHaveDuplicates();
        for (int i = 0; i < found.size(); i++) {
          assertThat(filter.accepts(found.row(i))).isTrue();
          assertThat(found.score(i)).isEqualTo(scan.score(query, found.row(i)));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 2", "7, 4", "7, 16"})
  void shardsOfAnExactIndexAnswerAsOneToTheBit(int shards, int parallelism) throws IOException {
    SplittableRandom random = new SplittableRandom(shards);
    try (OpenIndex index = build(IndexSettings.exact().withShards(shards), vectors, parallelism)) {
      for (int round = 0; round < 40; round++) {
        ItemFilter filter = RandomFilters.next(random, ITEMS);
        float[] query = source.query();
        int k = 1 + random.nextInt(500);
        index.search(query, k, filter, SearchOptions.DEFAULT, found);
        scan.search(query, k, filter, SearchOptions.DEFAULT, truth);

        assertThat(found.rows()).isEqualTo(truth.rows());
        assertThat(found.scores()).isEqualTo(truth.scores());
        assertThat(found.path()).isEqualTo(SearchPath.EXACT_PLANNED);
      }
    }
  }

  @Test
  void tiesOverShardsGoToTheLowerRow() throws IOException {
    float[] values = new float[90 * 2];
    for (int row = 0; row < 90; row++) {
      values[2 * row] = 1;
    }
    VectorMatrix equal = VectorMatrix.copyOf(values, 2);
    try (OpenIndex index = build(IndexSettings.exact().withShards(4), equal, 3)) {
      index.search(new float[] {1, 0}, 50, ItemFilter.all(), SearchOptions.DEFAULT, found);

      assertThat(found.rows()).isEqualTo(IntStream.range(0, 50).toArray());
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aBatchEqualsItsQueriesOneByOne(IndexSettings settings) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    float[][] queries = new float[9][];
    List<ItemFilter> filters = new ArrayList<>();
    List<Candidates> targets = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      queries[q] = source.query();
      filters.add(q % 3 == 0 ? ItemFilter.all() : RandomFilters.next(random, ITEMS));
      targets.add(new Candidates(60));
    }
    try (OpenIndex index = build(settings, vectors, 2)) {
      index.searchBatch(queries, 60, filters, SearchOptions.DEFAULT, targets);
      for (int q = 0; q < queries.length; q++) {
        index.search(queries[q], 60, filters.get(q), SearchOptions.DEFAULT, found);
        assertThat(targets.get(q).rows()).isEqualTo(found.rows());
        assertThat(targets.get(q).scores()).isEqualTo(found.scores());
        assertThat(targets.get(q).path()).isEqualTo(found.path());
      }
    }
  }

  @Test
  void moreSearchesThanThreadsAllEnd() throws Exception {
    float[][] queries = new float[40][];
    int[][] alone = new int[queries.length][];
    IndexSettings settings = IndexSettings.partitions(PartitionSettings.DEFAULT).withShards(5);
    try (OpenIndex index = build(settings, vectors, 3);
        ExecutorService callers = Executors.newFixedThreadPool(8)) {
      for (int q = 0; q < queries.length; q++) {
        queries[q] = source.query();
        index.search(queries[q], 100, ItemFilter.all(), SearchOptions.DEFAULT, found);
        alone[q] = found.rows();
      }
      List<Future<int[][]>> together = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        together.add(callers.submit(() -> rowsOf(index, queries)));
      }
      for (Future<int[][]> rows : together) {
        assertThat(rows.get()).isDeepEqualTo(alone);
      }
    }
  }

  private static int[][] rowsOf(ItemIndex index, float[][] queries) {
    Candidates own = new Candidates(100);
    int[][] rows = new int[queries.length][];
    for (int q = 0; q < queries.length; q++) {
      index.search(queries[q], 100, ItemFilter.all(), SearchOptions.DEFAULT, own);
      rows[q] = own.rows();
    }
    return rows;
  }

  @Test
  void aFailureInAnyShardIsTheCallers() throws IOException {
    ItemFilter failing =
        row -> {
          if (row > 3_000) {
            throw new IllegalStateException("row " + row);
          }
          return true;
        };
    try (OpenIndex index = build(IndexSettings.exact().withShards(4), vectors, 3)) {
      assertThatThrownBy(
              () -> index.search(source.query(), 10, failing, SearchOptions.DEFAULT, found))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("row 3");
      index.search(source.query(), 10, ItemFilter.all(), SearchOptions.DEFAULT, found);
      assertThat(found.size()).isEqualTo(10);
    }
  }

  @Test
  void fewerItemsThanShardsWork() throws IOException {
    for (IndexSettings settings : settings().toList()) {
      for (int items : new int[] {0, 1, 2}) {
        Path own =
            folder.resolve("%d-%s".formatted(items, settings.type() + "" + settings.shards()));
        List<Path> shards =
            IntStream.range(0, settings.shards()).mapToObj(s -> own.resolve("s" + s)).toList();
        VectorMatrix few = source.matrix(items);
        ItemIndexWriter.write(shards, few, settings, 1, IndexProgress.NONE);
        try (OpenIndex index = OpenIndex.open(settings, shards, few)) {
          index.search(source.query(), 10, ItemFilter.all(), SearchOptions.DEFAULT, found);
          assertThat(found.size()).isEqualTo(items);
        }
      }
    }
  }
}
