package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.scan.InnerProducts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.util.FixedBitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// An index under updates answers as a scan of what lives, whatever it is over and however much of
/// it was folded.
final class IndexOverlayTest {

  /// Not a multiple of what any kernel takes at once.
  private static final int DIMENSION = 13;

  private static final int ITEMS = 5_000;

  /// Codes may miss candidates next to the last.
  private static final double LEAST_BY_CODES = 0.97;

  @TempDir Path folder;

  private final ClusteredVectors source = new ClusteredVectors(DIMENSION, 40, 5);
  private final Candidates found = new Candidates(10);
  private final Candidates right = new Candidates(10);

  static Stream<IndexSettings> everyKind() {
    return Stream.of(
        partitions(IvfEncoding.INT8),
        partitions(IvfEncoding.FLOAT32),
        partitions(IvfEncoding.INT8).withShards(2),
        IndexSettings.DEFAULT,
        IndexSettings.exact());
  }

  private static IndexSettings partitions(IvfEncoding encoding) {
    return IndexSettings.partitions(new PartitionSettings(encoding));
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void answersAsAScanOfWhatLivesAfterRandomUpdates(IndexSettings settings) throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    boolean exact = !settings.hasCodes();
    try (OverlaidContent content = new OverlaidContent(folder, settings, source, ITEMS, 3)) {
      check(content, random, exact);
      int folds = 0;
      for (int round = 0; round < 6; round++) {
        content.update(round == 0 ? 1 : 2_500);
        for (int step = random.nextInt(3); step > 0 && content.overlay.fold(); step--) {
          folds++;
        }
        check(content, random, exact);
      }
      assertThat(folds).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void emptiedPartitionsAreFilledAgain(IvfEncoding encoding) throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    boolean exact = encoding == IvfEncoding.FLOAT32;
    try (OverlaidContent content =
        new OverlaidContent(folder, partitions(encoding), source, ITEMS, 3)) {
      // All that lies around one direction, in many partitions everything.
      float[] direction = source.query();
      for (int row = 0; row < ITEMS; row++) {
        if (InnerProducts.ofRow(direction, content.base, row) > 0) {
          content.delete(row);
        }
      }
      check(content, random, exact);
      foldAll(content);
      check(content, random, exact);
      for (int row : content.live.stream().toArray()) {
        content.delete(row);
      }
      foldAll(content);
      content.now().search(direction, 10, ItemFilter.all(), SearchOptions.DEFAULT, found);
      assertThat(found.size()).isZero();
      content.update(3_000);
      check(content, random, exact);
      foldAll(content);
      check(content, random, exact);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tinyIndexesTakeUpdates(IvfEncoding encoding) throws IOException {
    for (int rows : new int[] {1, 15, 17}) {
      try (OverlaidContent content =
          new OverlaidContent(
              folder.resolve(encoding + "-" + rows), partitions(encoding), source, rows, rows)) {
        content.update(500);
        foldAll(content);
        content.update(40);
        check(content, new SplittableRandom(rows), encoding == IvfEncoding.FLOAT32);
      }
    }
  }

  @Test
  void vectorsFarFromAllThereWereAreFound() throws IOException {
    // Their codes need a larger step than the partition's.
    try (OverlaidContent content =
        new OverlaidContent(folder, partitions(IvfEncoding.INT8), source, ITEMS, 3)) {
      List<float[]> odd = new ArrayList<>();
      for (int column = 0; column < DIMENSION; column++) {
        float[] axis = new float[DIMENSION];
        axis[column] = -1;
        odd.add(axis);
        content.add(axis);
        content.add(source.query());
      }
      ItemIndex now = content.now();
      for (float[] axis : odd) {
        now.search(axis, 1, ItemFilter.all(), SearchOptions.partitions(.99), found);
        assertThat(found.score(0)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void lastingFiltersHoldForLaterRows(IvfEncoding encoding) throws IOException {
    try (OverlaidContent content =
        new OverlaidContent(folder, partitions(encoding), source, ITEMS, 3)) {
      SplittableRandom random = new SplittableRandom(1);
      FixedBitSet bits = new FixedBitSet(ITEMS);
      IntStream.range(0, ITEMS).filter(row -> random.nextBoolean()).forEach(bits::set);
      ItemFilter lasting = new Lasting(bits);
      for (int round = 0; round < 4; round++) {
        content.update(1_500);
        foldAll(content);
        ItemIndex now = content.now();
        ExactScan truth = content.truth();
        for (int i = 0; i < 30; i++) {
          float[] query = source.query();
          truth.search(query, 60, content.living(lasting::accepts), SearchOptions.EXACT, right);
          now.search(query, 60, lasting, SearchOptions.partitions(1), found);
          assertFound(encoding == IvfEncoding.FLOAT32);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSweepPassesOverLittleMoreThanLivesAfterManyUpdates(IvfEncoding encoding)
      throws IOException {
    try (OverlaidContent content =
        new OverlaidContent(folder, partitions(encoding), source, ITEMS, 3)) {
      content
          .now()
          .search(source.query(), 10, ItemFilter.all(), SearchOptions.partitions(1), found);
      for (int round = 0; round < 10; round++) {
        for (int row : content.live.stream().toArray()) {
          content.delete(row);
          content.add(source.query());
        }
        foldAll(content);
      }
      ItemIndex now = content.now();
      now.search(source.query(), 10, ItemFilter.all(), SearchOptions.partitions(1), found);
      // 78 partitions may have a block of dead vectors each beyond their tenth.
      assertThat(found.visited()).isLessThan((long) (1.1 * ITEMS) + 78 * 17);
      int vectorBytes = encoding == IvfEncoding.INT8 ? 16 : DIMENSION * Float.BYTES;
      long perPosition = content.vectors.size() * 6L + 16_384;
      assertThat(content.overlay.bytes()).isLessThan(2L * ITEMS * (vectorBytes + 4) + perPosition);
    }
  }

  @Test
  void whereMemoryIsShortTheBaseIsNotCopied() throws IOException {
    try (OverlaidContent content =
        new OverlaidContent(
            folder, partitions(IvfEncoding.INT8), source, source.matrix(ITEMS), 1, 3)) {
      content.update(5_000);
      foldAll(content);
      check(content, new SplittableRandom(4), false);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readersBesideTheWriterSeeOneMomentEach(IvfEncoding encoding) throws Exception {
    VectorMatrix base = source.matrix(ITEMS);
    float[][] queries = Stream.generate(source::query).limit(50).toArray(float[][]::new);
    try (OverlaidContent content =
        new OverlaidContent(folder, partitions(encoding), source, base, 1L << 28, 3)) {
      AtomicReference<Moment> latest = new AtomicReference<>(moment(content));
      List<Throwable> failures = new CopyOnWriteArrayList<>();
      AtomicBoolean done = new AtomicBoolean();
      Thread reader =
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
              .start(() -> read(latest, done, queries));
      for (int round = 0; round < 150; round++) {
        content.update(100);
        boolean _ = content.overlay.fold();
        latest.set(moment(content));
      }
      done.set(true);
      reader.join();
      assertThat(failures).isEmpty();
    }
  }

  private static void read(AtomicReference<Moment> latest, AtomicBoolean done, float[][] queries) {
    Candidates best = new Candidates(100);
    for (int i = 0; !done.get(); i++) {
      Moment moment = latest.get();
      float[] query = queries[i % queries.length];
      moment.index.search(query, 100, ItemFilter.all(), SearchOptions.partitions(.9), best);
      assertThat(best.size()).isEqualTo(100);
      Set<Integer> distinct = new HashSet<>();
      for (int c = 0; c < best.size(); c++) {
        int row = best.row(c);
        assertThat(moment.live.get(row)).isTrue();
        assertThat(distinct.add(row)).isTrue();
        VectorMatrix vector = VectorMatrix.copyOf(moment.vectors.get(row), DIMENSION);
        assertThat(best.score(c)).isEqualTo(InnerProducts.ofRow(query, vector, 0));
      }
    }
  }

  private record Moment(ItemIndex index, BitSet live, List<float[]> vectors) {}

  private static Moment moment(OverlaidContent content) {
    return new Moment(content.now(), (BitSet) content.live.clone(), List.copyOf(content.vectors));
  }

  private static void foldAll(OverlaidContent content) {
    boolean more = content.overlay.fold();
    while (more) {
      more = content.overlay.fold();
    }
  }

  private void check(OverlaidContent content, SplittableRandom random, boolean exact)
      throws IOException {
    ItemIndex now = content.now();
    assertThat(now.size()).isEqualTo(content.vectors.size());
    BitSet reachable = new BitSet();
    now.forEachReachable(reachable::set);
    assertThat(reachable).isEqualTo(content.live);
    ExactScan truth = content.truth();
    for (int i = 0; i < 12; i++) {
      float[] query = source.query();
      int k = 1 + random.nextInt(i == 0 ? ITEMS : 300);
      ItemFilter filter = i < 4 ? ItemFilter.all() : RandomFilters.next(random, now.size());
      truth.search(query, k, content.living(filter::accepts), SearchOptions.EXACT, right);
      now.search(query, k, filter, SearchOptions.EXACT, found);
      assertThat(found.rows()).isEqualTo(right.rows());
      assertThat(found.scores()).isEqualTo(right.scores());
      for (SearchOptions options : List.of(SearchOptions.DEFAULT, SearchOptions.partitions(.9))) {
        now.search(query, k, filter, options, found);
        assertThat(found.size()).isEqualTo(right.size());
        assertThat(IntStream.of(found.rows()))
            .allMatch(row -> content.live.get(row) && filter.accepts(row));
        if (filter == ItemFilter.all()) {
          assertSameInBatch(now, query, k, options);
        }
      }
      if (now instanceof PartitionIndex) {
        now.search(query, k, filter, SearchOptions.partitions(1), found);
        assertFound(exact);
      }
    }
  }

  private void assertSameInBatch(ItemIndex now, float[] query, int k, SearchOptions options) {
    float[][] queries = {query, source.query(), query, source.query(), source.query()};
    List<Candidates> batch = Stream.generate(() -> new Candidates(k)).limit(5).toList();
    List<ItemFilter> filters = Stream.generate(ItemFilter::all).limit(5).toList();
    now.searchBatch(queries, k, filters, options, batch);
    for (int same : new int[] {0, 2}) {
      assertThat(batch.get(same).rows()).isEqualTo(found.rows());
      assertThat(batch.get(same).scores()).isEqualTo(found.scores());
    }
  }

  /// What was found is what is right, but for what codes may miss.
  private void assertFound(boolean exact) {
    assertThat(found.size()).isEqualTo(right.size());
    if (exact) {
      assertThat(found.scores()).isEqualTo(right.scores());
      return;
    }
    Set<Integer> wanted = new HashSet<>();
    IntStream.of(right.rows()).forEach(wanted::add);
    long hits = IntStream.of(found.rows()).filter(wanted::contains).count();
    assertThat(hits).isGreaterThanOrEqualTo((long) (LEAST_BY_CODES * right.size()) - 1);
  }

  /// A bitmap that lasts and knows the first rows; of later ones every third passes.
  private record Lasting(FixedBitSet bits) implements ItemFilter {

    @Override
    public boolean accepts(int row) {
      return row < bits.length() ? bits.get(row) : row % 3 == 0;
    }

    @Override
    public BitmapPart bitmapPart() {
      return new BitmapPart(bits, 0, ItemFilter.all());
    }
  }
}
