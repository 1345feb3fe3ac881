package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.format.IvfSettings;
import dev.hstu.index.format.PositionFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A bitmap asked by position gives what the same filter gives asked row by row: the same rows,
/// scores, path and vectors visited.
final class PositionBitmapsTest {

  private static final int ITEMS = 5_000;
  private static final int DELETED_FROM = 100;
  private static final int DELETED_TO = 700;
  private static final ClusteredVectors SOURCE = new ClusteredVectors(16, 40, 3);
  private static final VectorMatrix VECTORS = SOURCE.matrix(ITEMS);

  @TempDir Path folder;

  private final Candidates byPosition = new Candidates(400);
  private final Candidates byRow = new Candidates(400);

  /// A bitmap that lasts.
  private record Flat(FixedBitSet bits) implements ItemFilter {

    @Override
    public boolean accepts(int row) {
      return bits.get(row);
    }

    @Override
    public int maxAcceptedWithin(int first, int end) {
      return bits.cardinality(first, end);
    }

    @Override
    public int maxAccepted(int items) {
      return bits.cardinality(0, items);
    }

    @Override
    public BitmapPart bitmapPart() {
      return new BitmapPart(bits, 0, ItemFilter.all());
    }
  }

  /// The same filter, whose bitmap isn't known of.
  private record RowByRow(ItemFilter filter) implements ItemFilter {

    @Override
    public boolean accepts(int row) {
      return filter.accepts(row);
    }

    @Override
    public int maxAccepted(int items) {
      return filter.maxAccepted(items);
    }

    @Override
    public int maxAcceptedWithin(int first, int end) {
      return filter.maxAcceptedWithin(first, end);
    }

    @Override
    public int nextAccepted(int row, int end) {
      return filter.nextAccepted(row, end);
    }

    @Override
    public @Nullable BitmapPart bitmapPart() {
      return null;
    }
  }

  @ParameterizedTest
  @EnumSource
  void segmentsWithDeletesAnswerAsRowByRow(IvfEncoding encoding) throws IOException {
    List<Path> shards = List.of(folder.resolve("a"), folder.resolve("b"));
    IvfSettings settings = IvfSettings.DEFAULT.withEncoding(encoding);
    PartitionIndexWriter.write(shards.get(0), VECTORS, 0, 1_500, settings, IndexProgress.NONE);
    PartitionIndexWriter.write(
        shards.get(1), VECTORS, 1_500, ITEMS - 1_500, settings, IndexProgress.NONE);
    deleteSome(shards.get(0));
    try (PartitionIndex index = PartitionIndex.open(shards, VECTORS)) {
      check(index, encoding.ordinal());
      index.search(SOURCE.query(), 400, flat(1, 1), SearchOptions.graph(0), byPosition);
      assertThat(byPosition.size()).isEqualTo(400);
      assertThat(IntStream.of(byPosition.rows()))
          .noneMatch(row -> row >= DELETED_FROM && row < DELETED_TO);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shardsAnswerAsRowByRow(IvfEncoding encoding) throws IOException {
    IndexSettings settings =
        IndexSettings.partitions(new PartitionSettings(encoding)).withShards(3);
    List<Path> shards = List.of(folder.resolve("a"), folder.resolve("b"), folder.resolve("c"));
    ItemIndexWriter.write(shards, VECTORS, settings, 1, IndexProgress.NONE);
    try (OpenIndex index = OpenIndex.open(settings, shards, VECTORS, 2)) {
      check(index, 10 + encoding.ordinal());
    }
  }

  @Test
  void moreFiltersThanAreKeptAnswerAsRowByRow() throws IOException {
    Path shard = folder.resolve("a");
    PartitionIndexWriter.write(
        shard,
        VECTORS,
        0,
        ITEMS,
        IvfSettings.DEFAULT.withEncoding(IvfEncoding.INT8),
        IndexProgress.NONE);
    try (PartitionIndex index = PartitionIndex.open(List.of(shard), VECTORS)) {
      List<ItemFilter> filters = new ArrayList<>();
      for (int i = 0; i < 2 * PositionBitmaps.MAX_KEPT; i++) {
        filters.add(flat(.4, i));
      }
      filters.forEach(filter -> assertSame(index, SOURCE.query(), 100, filter));
      filters.forEach(filter -> assertSame(index, SOURCE.query(), 100, filter));
    }
  }

  @Test
  void bitmapsInUseStayAndIdleOnesGiveWay() throws IOException {
    Path shard = folder.resolve("a");
    PartitionIndexWriter.write(shard, VECTORS, 0, ITEMS, IvfSettings.DEFAULT, IndexProgress.NONE);
    try (IndexReader reader = ShardReaders.open(List.of(shard))) {
      PartitionSegment segment = PartitionSegment.all(reader, VECTORS).getFirst();
      List<ItemFilter> filters = new ArrayList<>();
      for (int i = 0; i < PositionBitmaps.MAX_KEPT; i++) {
        filters.add(flat(.4, i));
        assertThat(segment.accepting(filters.get(i))).isInstanceOf(PositionFilter.class);
      }
      ItemFilter late = flat(.4, -1);
      assertThat(segment.accepting(late)).isNotInstanceOf(PositionFilter.class);
      for (int i = 0; i < PositionBitmaps.IDLE_SEARCHES; i++) {
        segment.accepting(filters.getFirst());
      }
      assertThat(segment.accepting(late)).isInstanceOf(PositionFilter.class);
      assertThat(segment.accepting(filters.getFirst())).isInstanceOf(PositionFilter.class);
    }
  }

  private void check(ItemIndex index, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] shares = {0, .01, .1, .5, .9, 1};
    for (int round = 0; round < 60; round++) {
      ItemFilter flat = flat(shares[round % shares.length], random.nextLong());
      int k = 1 + random.nextInt(400);
      assertSame(index, SOURCE.query(), k, flat);
      assertSame(index, SOURCE.query(), k, ItemFilter.excluding(some(random)).and(flat));
      assertSame(index, SOURCE.query(), k, flat.and(RandomFilters.next(random, ITEMS)));
    }
  }

  private void assertSame(ItemIndex index, float[] query, int k, ItemFilter filter) {
    for (SearchOptions options : List.of(SearchOptions.DEFAULT, SearchOptions.graph(0))) {
      index.search(query, k, filter, options, byPosition);
      index.search(query, k, new RowByRow(filter), options, byRow);
      assertEqual(filter);
      List<Candidates> targets = List.of(byPosition);
      index.searchBatch(new float[][] {query}, k, List.of(filter), options, targets);
      assertEqual(filter);
    }
  }

  private void assertEqual(ItemFilter filter) {
    assertThat(byPosition.rows()).isEqualTo(byRow.rows());
    assertThat(byPosition.scores()).isEqualTo(byRow.scores());
    assertThat(byPosition.path()).isEqualTo(byRow.path());
    assertThat(byPosition.visited()).isEqualTo(byRow.visited());
    assertThat(IntStream.of(byPosition.rows()).allMatch(filter::accepts)).isTrue();
  }

  private static ItemFilter flat(double share, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FixedBitSet bits = new FixedBitSet(ITEMS);
    for (int row = 0; row < ITEMS; row++) {
      if (random.nextDouble() < share) {
        bits.set(row);
      }
    }
    return new Flat(bits);
  }

  private static int[] some(SplittableRandom random) {
    return random.ints(200, 0, ITEMS).toArray();
  }

  private static void deleteSome(Path shard) throws IOException {
    IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
    try (Directory directory = new MMapDirectory(shard);
        IndexWriter writer = new IndexWriter(directory, config);
        DirectoryReader reader = DirectoryReader.open(writer)) {
      LeafReader segment = reader.leaves().getFirst().reader();
      for (int document = DELETED_FROM; document < DELETED_TO; document++) {
        assertThat(writer.tryDeleteDocument(segment, document)).isNotEqualTo(-1);
      }
      writer.commit();
    }
  }
}
