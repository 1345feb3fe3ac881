package dev.hstu.index.live;

import static dev.hstu.index.live.LiveFixtures.DIMENSION;
import static dev.hstu.index.live.LiveFixtures.EAGER;
import static dev.hstu.index.live.LiveFixtures.PATIENCE;
import static dev.hstu.index.live.LiveFixtures.delete;
import static dev.hstu.index.live.LiveFixtures.id;
import static dev.hstu.index.live.LiveFixtures.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.census.Census;
import dev.hstu.index.census.CensusReport;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A live index answers as an index would that was built of its live content, at every moment.
final class LiveIndexTest {

  private static final int ITEMS = 600;
  private static final String OTHER_MODEL = "f".repeat(64);

  @TempDir Path folder;

  private GenerationStore store;
  private ClusteredVectors source;
  private float[] values;

  @BeforeEach
  void seed() {
    store = GenerationStore.at(folder.resolve("generations"));
    source = new ClusteredVectors(DIMENSION, 10, 7);
    values = source.values(ITEMS);
  }

  @ParameterizedTest
  @EnumSource(IndexType.class)
  void exactSearchesFindTheLiveContentOfEveryMoment(IndexType type) throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    try (Generation generation = open(build(IndexSettings.DEFAULT.withType(type)));
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      Map<String, float[]> expected = content();
      assertContent(live, expected);
      for (int step = 0; step < 12; step++) {
        List<ItemUpdate> batch = randomUpdates(random, 60);
        apply(batch, expected);
        long sequence = live.submit(batch).get();
        assertThat(live.awaitSearchable(sequence, PATIENCE)).isTrue();
        assertContent(live, expected);
      }
    }
    // A new start makes the same of the log.
    Map<String, float[]> expected = replayed();
    try (Generation generation = open(store.latestId().orElseThrow());
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      assertContent(live, expected);
    }
  }

  @Test
  void aSnapshotStaysAsItWas() throws Exception {
    try (Generation generation = open(build(IndexSettings.DEFAULT));
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      float[] first = source.query();
      submit(live, put("new", first), delete(id(5)));
      Map<String, float[]> expected = content();
      LiveSnapshot before = live.snapshot();
      float[] second = source.query();
      submit(live, put("new", second), put(id(5), second), delete(id(6)), delete("unknown"));
      assertThat(before.version()).isEqualTo(2);
      assertThat(before.items().rowOf(id(5))).isEqualTo(IdTable.NOT_FOUND);
      assertThat(before.items().rowOf(id(6))).isEqualTo(6);
      assertThat(before.items().rowOf("new")).isEqualTo(ITEMS);
      assertThat(before.items().isLive(ITEMS)).isTrue();
      assertThat(before.items().rows()).isEqualTo(ITEMS + 2);
      expected.remove(id(5));
      expected.put("new", first);
      assertContent(before, expected);
      LiveSnapshot after = live.snapshot();
      assertThat(after.version()).isEqualTo(6);
      assertThat(after.items().rowOf("new")).isEqualTo(ITEMS + 2);
      assertThat(after.items().isLive(ITEMS)).isFalse();
      expected.remove(id(6));
      expected.put("new", second);
      expected.put(id(5), second);
      assertContent(after, expected);
    }
  }

  @Test
  void idsOfManyRowsAreThoseOfEach() throws Exception {
    try (Generation generation = open(build(IndexSettings.DEFAULT));
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      submit(live, put("new", source.query()), put(id(5), source.query()), delete(id(6)));
      ItemView items = live.snapshot().items();
      int last = items.rows() - 1;
      for (int[] rows :
          List.of(new int[] {7, 0}, new int[] {last}, new int[] {5, ITEMS, 6, 5, last, 0})) {
        assertThat(items.idsAt(rows))
            .containsExactly(IntStream.of(rows).mapToObj(items::idAt).toArray(String[]::new));
      }
    }
  }

  @Test
  void attributesAreReplacedWholeOrKept() throws Exception {
    AttributeValue title = new AttributeValue.Text("title", "another");
    AttributeValue year = new AttributeValue.Number("year", 2026);
    AttributeValue genres = new AttributeValue.Labels("genres", List.of("b", "a"));
    try (Generation generation = open(build(IndexSettings.DEFAULT));
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      submit(
          live,
          put(id(0), source.query()),
          put(id(1), source.query(), title, genres),
          put(id(1), source.query()),
          put(id(2), source.query(), year),
          delete(id(3)),
          put(id(3), source.query()),
          put("new", source.query()));
      assertAttributes(live);
    }
    try (Generation generation = open(store.latestId().orElseThrow());
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      assertAttributes(live);
    }
    store.prune(1);
    try (Generation next = open(build(IndexSettings.DEFAULT));
        LiveIndex live = LiveIndex.open(next, updates(), EAGER)) {
      assertThat(live.status().rows()).isEqualTo(next.index().size());
      assertAttributes(live);
    }
  }

  private static void assertAttributes(LiveIndex live) {
    LiveSnapshot now = live.snapshot();
    ItemView items = now.items();
    assertThat(items.text("title", items.rowOf(id(0)))).isEqualTo("title 0");
    assertThat(items.number("year", items.rowOf(id(0)))).isEqualTo(1950);
    assertThat(items.text("title", items.rowOf(id(1)))).isEqualTo("another");
    assertThat(items.labels("genres", items.rowOf(id(1)))).containsExactly("b", "a");
    assertThat(items.number("year", items.rowOf(id(1)))).isNaN();
    assertThat(items.text("title", items.rowOf(id(2)))).isNull();
    assertThat(items.number("year", items.rowOf(id(2)))).isEqualTo(2026);
    assertThat(items.text("title", items.rowOf(id(3)))).isNull();
    assertThat(items.labels("genres", items.rowOf("new"))).isEmpty();
    assertThat(items.idAt(items.rowOf("new"))).isEqualTo("new");
    assertThatIllegalArgumentException().isThrownBy(() -> items.text("year", items.rowOf("new")));
  }

  @Test
  void anUpdateIsSearchableWithinASecondByDefault() throws Exception {
    try (Generation generation = open(build(IndexSettings.DEFAULT));
        LiveIndex live = LiveIndex.open(generation, updates(), LiveSettings.DEFAULT)) {
      for (int i = 0; i < 5; i++) {
        long sequence = live.submit(List.of(put("new-" + i, source.query()))).get();
        long acknowledged = System.nanoTime();
        assertThat(live.awaitSearchable(sequence, PATIENCE)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - acknowledged))
            .isLessThan(Duration.ofSeconds(1));
      }
    }
  }

  @Test
  void vectorsOfAnotherModelAreNeverSearched() throws Exception {
    String generationId = build(IndexSettings.DEFAULT);
    try (UpdateLog log = UpdateLog.open(updates(), LogSettings.DEFAULT)) {
      log.append(
          OTHER_MODEL,
          List.of(
              put(id(1), source.query(), new AttributeValue.Number("year", 1)),
              delete(id(2)),
              delete(id(3)),
              put(id(3), source.query()),
              put("stranger", source.query())));
    }
    Map<String, float[]> expected = content();
    expected.remove(id(2));
    try (Generation generation = open(generationId);
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      assertContent(live, expected);
      assertThat(live.status().foreign()).isEqualTo(1);
      LiveSnapshot now = live.snapshot();
      assertThat(now.items().number("year", now.items().rowOf(id(1)))).isEqualTo(1);
    }
    // The next build of this model takes them in the same way …
    store.prune(1);
    try (Generation next = open(build(IndexSettings.DEFAULT));
        LiveIndex live = LiveIndex.open(next, updates(), EAGER)) {
      assertThat(next.manifest().carriedUpdates()).isEqualTo(5);
      assertContent(live, expected);
    }
    // … and one of the other model has the stranger too.
    GenerationManifest other =
        LiveFixtures.build(store, values, DIMENSION, IndexSettings.DEFAULT, OTHER_MODEL);
    try (Generation generation = open(other.id())) {
      assertThat(generation.ids().rowOf("stranger")).isEqualTo(ITEMS - 1);
      assertThat(generation.popularity()[ITEMS - 1]).isZero();
    }
  }

  @Test
  void aBuildCarriesUpdatesAndTheNextStartReplaysOnlyLaterOnes() throws Exception {
    SplittableRandom random = new SplittableRandom(9);
    Map<String, float[]> expected = content();
    String first = build(IndexSettings.DEFAULT);
    String second;
    try (Generation generation = open(first);
        UpdateLog log = UpdateLog.open(updates(), LogSettings.DEFAULT);
        LiveIndex live = LiveIndex.open(generation, log, EAGER)) {
      List<ItemUpdate> carried = randomUpdates(random, 200);
      apply(carried, expected);
      long sequence = live.submit(carried).get();
      second = build(IndexSettings.DEFAULT);
      List<ItemUpdate> later = randomUpdates(random, 50);
      apply(later, expected);
      assertThat(live.awaitSearchable(live.submit(later).get(), PATIENCE)).isTrue();
      // Both generations follow one log while a server swaps them.
      try (Generation next = open(second);
          LiveIndex swapped = LiveIndex.open(next, log, EAGER)) {
        assertThat(next.manifest().carriedUpdates()).isEqualTo(sequence);
        assertThat(swapped.status().rows() - next.index().size()).isLessThanOrEqualTo(50);
        assertContent(swapped, expected);
        assertContent(live, expected);
        submit(swapped, delete(id(9)));
        expected.remove(id(9));
        assertThat(live.awaitSearchable(log.lastSequence(), PATIENCE)).isTrue();
        assertContent(swapped, expected);
        assertContent(live, expected);
      }
    }
    // Rolling back loses nothing either.
    try (Generation generation = open(first);
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      assertContent(live, expected);
    }
  }

  @Test
  void searchesBesideUpdatesSeeOneMomentEach() throws Exception {
    try (Generation generation = open(build(IndexSettings.DEFAULT));
        LiveIndex live = LiveIndex.open(generation, updates(), EAGER)) {
      // Two items change places all the time; every moment has exactly one of them.
      submit(live, delete(id(1)));
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 300; i++) {
                      send(live, put(id(i % 2), vector(i % 2)), delete(id(1 - i % 2)));
                    }
                  });
      Candidates found = new Candidates(ITEMS);
      while (writer.isAlive()) {
        LiveSnapshot now = live.snapshot();
        now.index().search(vector(0), ITEMS + 10, ItemFilter.all(), SearchOptions.EXACT, found);
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < found.size(); i++) {
          assertThat(now.items().isLive(found.row(i))).isTrue();
          ids.add(now.items().idAt(found.row(i)));
        }
        assertThat(found.size()).isEqualTo(ITEMS - 1);
        assertThat(ids).hasSize(ITEMS - 1);
        assertThat(ids.contains(id(0))).isNotEqualTo(ids.contains(id(1)));
      }
    }
  }

  @Test
  void whatDoesNotFitTheGenerationIsRefused() throws Exception {
    try (Generation generation = open(build(IndexSettings.DEFAULT));
        LiveIndex live =
            LiveIndex.open(
                generation, updates(), new LiveSettings(Duration.ZERO, 100, 3, 1 << 28))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> live.submit(List.of(put("a", new float[] {1, 0}))))
          .withMessageContaining("has 2 values and generation");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  live.submit(
                      List.of(put("a", source.query(), new AttributeValue.Text("year", "x")))))
          .withMessageContaining("no column 'year' of kind TEXT");
      submit(live, put("a", source.query()), put("a", source.query()));
      assertThatThrownBy(
              () -> live.submit(List.of(put("a", source.query()), put("a", source.query()))))
          .isInstanceOf(UpdatesRefusedException.class)
          .hasMessageContaining("2 updates since the generation was built");
      submit(live, put("a", source.query()));
    }
  }

  @Test
  void updatesBeyondTheMemoryForThemAreRefused() throws Exception {
    try (Generation generation = open(build(IndexSettings.partitions(PartitionSettings.DEFAULT)));
        LiveIndex live =
            LiveIndex.open(
                generation, updates(), new LiveSettings(Duration.ZERO, 100, 10_000, 2_000))) {
      submit(live, put("a", source.query()));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  submit(live, put("a" + i, source.query()));
                }
              })
          .isInstanceOf(UpdatesRefusedException.class)
          .hasMessageContaining("raise updates.max-memory");
      assertThat(live.status().laterBytes()).isGreaterThanOrEqualTo(2_000);
    }
  }

  private Path updates() {
    return store.root().resolve(UpdateLog.FOLDER);
  }

  private String build(IndexSettings settings) throws IOException {
    return LiveFixtures.build(store, values, DIMENSION, settings).id();
  }

  private Generation open(String id) throws IOException {
    return store.open(id);
  }

  private Map<String, float[]> content() {
    Map<String, float[]> content = new TreeMap<>();
    for (int row = 0; row < ITEMS; row++) {
      content.put(id(row), vector(row));
    }
    return content;
  }

  private float[] vector(int row) {
    float[] vector = new float[DIMENSION];
    System.arraycopy(values, row * DIMENSION, vector, 0, DIMENSION);
    return vector;
  }

  private List<ItemUpdate> randomUpdates(SplittableRandom random, int count) {
    List<ItemUpdate> updates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = id(random.nextInt(ITEMS + ITEMS / 4));
      updates.add(random.nextInt(3) == 0 ? delete(id) : put(id, source.query()));
    }
    return updates;
  }

  private static void apply(List<ItemUpdate> updates, Map<String, float[]> content) {
    for (ItemUpdate update : updates) {
      switch (update) {
        case ItemUpdate.Delete deleted -> content.remove(deleted.id());
        case ItemUpdate.Upsert upsert -> content.put(upsert.id(), upsert.vector());
      }
    }
  }

  /// What the log of this test amounts to, update by update.
  private Map<String, float[]> replayed() throws IOException {
    Map<String, float[]> content = content();
    try (LogSnapshot log = LogSnapshot.open(updates())) {
      log.forEach(update -> apply(List.of(update.update()), content));
    }
    return content;
  }

  private static void submit(LiveIndex live, ItemUpdate... updates) throws Exception {
    assertThat(live.awaitSearchable(live.submit(List.of(updates)).get(), PATIENCE)).isTrue();
  }

  private static void send(LiveIndex live, ItemUpdate... updates) {
    try {
      live.submit(List.of(updates)).join();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertContent(LiveIndex live, Map<String, float[]> expected) {
    LiveSnapshot now = live.snapshot();
    assertContent(now, expected);
  }

  /// Ids, scores and order equal those of a scan over the expected content alone.
  private void assertContent(LiveSnapshot now, Map<String, float[]> expected) {
    CensusReport census = census(now);
    assertThat(census.isClean()).as(census.describe()).isTrue();
    assertThat(census.items()).isEqualTo(expected.size());
    List<String> ids = List.copyOf(expected.keySet());
    float[] all = new float[ids.size() * DIMENSION];
    for (int i = 0; i < ids.size(); i++) {
      System.arraycopy(expected.get(ids.get(i)), 0, all, i * DIMENSION, DIMENSION);
    }
    ExactScan truth = new ExactScan(VectorMatrix.copyOf(all, DIMENSION));
    Candidates right = new Candidates(1);
    Candidates found = new Candidates(1);
    for (int k : new int[] {1, 50, ids.size(), ids.size() + 100}) {
      float[] query = source.query();
      truth.search(query, k, ItemFilter.all(), SearchOptions.EXACT, right);
      for (SearchOptions options : List.of(SearchOptions.EXACT, SearchOptions.DEFAULT)) {
        now.index().search(query, k, ItemFilter.all(), options, found);
        assertThat(found.size()).isEqualTo(Math.min(k, ids.size()));
      }
      now.index().search(query, k, ItemFilter.all(), SearchOptions.EXACT, found);
      assertThat(found.scores()).isEqualTo(right.scores());
      Set<String> foundIds = new HashSet<>();
      for (int i = 0; i < found.size(); i++) {
        String id = now.items().idAt(found.row(i));
        assertThat(now.items().rowOf(id)).isEqualTo(found.row(i));
        assertThat(expected).containsKey(id);
        assertThat(foundIds.add(id)).isTrue();
      }
    }
  }

  private static CensusReport census(LiveSnapshot now) {
    try {
      return Census.of(now);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
