package dev.hstu.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPath;
import dev.hstu.retrieval.config.CacheSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is kept, how long, how much, and under which keys.
class RetrievalCachesTest {

  private static final long NOW = 1_700_000_000L;
  private static final long MEBIBYTE = 1L << 20;
  private static final int REPLAY_SECONDS = 100;

  private final SettableClock clock = new SettableClock(NOW);
  private final RetrievalCaches caches = caches(true, true);
  private final GenerationCaches generation = caches.open("model", "g1");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anEntryGoesAtTheInstantItsIntervalEndsAndNotBefore(long seed) {
    Random random = new Random(seed);
    HistoryBatch window = window(random, 1 + random.nextInt(30), NOW);
    EmbeddingKey key = generation.key(window);
    RequestInterval interval = key.validity();
    keep(key);
    keep(listKey(key, 0, 0, 10, FilterRule.EVERYTHING));

    long end = interval.end().orElseThrow();
    clock.set(Instant.ofEpochSecond(end).minusNanos(1));
    assertThat(generation.embeddings().find(key)).isNotNull();
    assertThat(caches.resultCount()).isOne();
    assertThat(generation.results().find(listKey(key, 0, 0, 10, FilterRule.EVERYTHING)))
        .isNotNull();
    clock.set(end);
    assertThat(generation.embeddings().find(key)).isNull();
    assertThat(generation.results().find(listKey(key, 0, 0, 10, FilterRule.EVERYTHING))).isNull();
  }

  /// Walking back from a request time meets every interval since the last event, one after another.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theKeysBeforeAreThoseOfTheSecondsBeforeBackToTheLastEvent(long seed) {
    Random random = new Random(seed);
    HistoryBatch window = window(random, 1 + random.nextInt(30), NOW);
    long lastEvent = window.times()[window.times().length - 1];
    EmbeddingKey key = generation.key(window);
    for (int walked = 0; walked < 100 && key.before() != null; walked++) {
      EmbeddingKey before = key.before();
      assertThat(before).isEqualTo(generation.key(at(copy(window), key.validity().first() - 1)));
      assertThat(before.validity().last()).isEqualTo(key.validity().first() - 1);
      key = before;
    }
    if (key.before() == null) {
      assertThat(key.validity().first()).isLessThanOrEqualTo(lastEvent);
    }
  }

  @Test
  void aModelThatReadsNoTimesHasOneKeyForAllOfThem() {
    GenerationCaches timeless = caches.open("timeless", false, "g1");
    HistoryBatch window = window(new Random(1), 9, NOW);
    EmbeddingKey key = timeless.key(window);
    assertThat(timeless.key(at(copy(window), NOW + 1_000_000_000))).isEqualTo(key);
    assertThat(key.before()).isNull();
    assertThat(key.validity().end()).isEmpty();
  }

  @Test
  void embeddingsStayForTheirGraceTimeAndListsDont() {
    RetrievalCaches graceful =
        new RetrievalCaches(
            new CacheSettings(true, MEBIBYTE, true, MEBIBYTE, false, MEBIBYTE, REPLAY_SECONDS),
            clock,
            30);
    GenerationCaches patient = graceful.open("model", "g1");
    EmbeddingKey key = patient.key(window(new Random(3), 9, NOW));
    ResultKey list =
        patient.key(key, 0, 0, 10, new int[0], FilterRule.EVERYTHING, SearchOptions.DEFAULT);
    patient.embeddings().keep(key, new float[4]);
    patient
        .results()
        .keep(list, new KeptList(new byte[1], new float[4], 1, SearchPath.GRAPH, null));

    long end = key.validity().end().orElseThrow();
    clock.set(end);
    assertThat(patient.results().find(list)).isNull();
    clock.set(Instant.ofEpochSecond(end + 30).minusNanos(1));
    assertThat(patient.embeddings().find(key)).isNotNull();
    clock.set(end + 30);
    assertThat(patient.embeddings().find(key)).isNull();
  }

  @Test
  void whatWasDoneIsPartOfTheKey() {
    HistoryBatch silent = window(new Random(1), 5, NOW);
    EmbeddingKey plain = generation.key(silent);
    EmbeddingKey liked = generation.key(rated(silent, 5));
    assertThat(liked).isNotEqualTo(plain).isNotEqualTo(generation.key(rated(silent, 1)));
    assertThat(liked)
        .isEqualTo(generation.key(rated(silent, 5)))
        .hasSameHashCodeAs(generation.key(rated(silent, 5)));
  }

  private static HistoryBatch rated(HistoryBatch window, float action) {
    float[] actions = new float[window.items().length];
    Arrays.fill(actions, action);
    return new HistoryBatch(
        window.offsets(), window.items(), window.times(), actions, window.requestTimes());
  }

  /// Else all that was asked for in one minute would end in one minute, however often it is used.
  @Test
  void whatBelongsToAnotherTimeStaysForAFixedWhileAfterItsLastUse() {
    EmbeddingKey past = generation.key(window(new Random(1), 5, NOW - 1_000_000_000));
    EmbeddingKey future = generation.key(window(new Random(1), 5, NOW + 1_000_000_000));
    keep(past);
    keep(future);

    for (int uses = 1; uses <= 10; uses++) {
      clock.set(NOW + (long) uses * (REPLAY_SECONDS - 1));
      assertThat(generation.embeddings().find(past)).isNotNull();
      assertThat(generation.embeddings().find(future)).isNotNull();
    }
    clock.advance(Duration.ofSeconds(REPLAY_SECONDS));
    assertThat(generation.embeddings().find(past)).isNull();
    assertThat(generation.embeddings().find(future)).isNull();
  }

  @Test
  void whatHasEndedStaysForItsGraceHoweverOftenItIsUsed() {
    CacheSettings settings =
        new CacheSettings(true, MEBIBYTE, true, MEBIBYTE, false, MEBIBYTE, REPLAY_SECONDS);
    GenerationCaches patient = new RetrievalCaches(settings, clock, 30).open("model", "g1");
    EmbeddingKey key = patient.key(window(new Random(1), 5, NOW));
    patient.embeddings().keep(key, new float[8]);
    long end = key.validity().end().orElseThrow();

    for (int past = 0; past < 30; past++) {
      clock.set(end + past);
      assertThat(patient.embeddings().find(key)).isNotNull();
    }
    clock.set(end + 30);
    assertThat(patient.embeddings().find(key)).isNull();
  }

  @Test
  void anIntervalWithoutAnEndNeverExpiresAndNeverOverflows() {
    long[] longAgo = {NOW - 100_000_000_000_000_000L};
    EmbeddingKey key =
        generation.key(
            new HistoryBatch(new int[] {0, 1}, new int[] {1}, longAgo, new long[] {NOW}));
    assertThat(key.validity().end()).isEmpty();
    keep(key);

    clock.set(NOW + 1_000_000_000);
    assertThat(generation.embeddings().find(key)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void keysAreEqualExactlyWhenContentIs(long seed) {
    Random random = new Random(seed);
    HistoryBatch window = window(random, 1 + random.nextInt(50), NOW);
    EmbeddingKey key = generation.key(window);
    RequestInterval interval = key.validity();
    for (long time : new long[] {interval.first(), interval.last()}) {
      EmbeddingKey same = generation.key(at(copy(window), time));
      assertThat(same).isEqualTo(key).hasSameHashCodeAs(key);
    }
    assertThat(generation.key(at(window, interval.last() + 1))).isNotEqualTo(key);
    assertThat(caches.open("other model", "g1").key(window)).isNotEqualTo(key);
    int position = random.nextInt(window.items().length);
    HistoryBatch otherItem = copy(window);
    otherItem.items()[position]++;
    assertThat(generation.key(otherItem)).isNotEqualTo(key);
    HistoryBatch otherTime = copy(window);
    otherTime.times()[position]--;
    assertThat(generation.key(otherTime)).isNotEqualTo(key);

    FilterRule filter = new FilterRule.In("genre", List.of("a", "b"));
    ResultKey list = generation.key(key, 7, 3, 10, new int[] {1, 2}, filter, SearchOptions.DEFAULT);
    assertThat(
            generation.key(
                generation.key(copy(window)),
                7,
                3,
                10,
                new int[] {1, 2},
                filter,
                SearchOptions.DEFAULT))
        .isEqualTo(list)
        .hasSameHashCodeAs(list);
    assertThat(
            List.of(
                generation.key(
                    generation.key(otherItem),
                    7,
                    3,
                    10,
                    new int[] {1, 2},
                    filter,
                    SearchOptions.DEFAULT),
                caches
                    .open("model", "g2")
                    .key(key, 7, 3, 10, new int[] {1, 2}, filter, SearchOptions.DEFAULT),
                generation.key(key, 8, 3, 10, new int[] {1, 2}, filter, SearchOptions.DEFAULT),
                generation.key(key, 7, 4, 10, new int[] {1, 2}, filter, SearchOptions.DEFAULT),
                generation.key(key, 7, 3, 11, new int[] {1, 2}, filter, SearchOptions.DEFAULT),
                generation.key(key, 7, 3, 10, new int[] {1, 3}, filter, SearchOptions.DEFAULT),
                generation.key(key, 7, 3, 10, new int[] {1}, filter, SearchOptions.DEFAULT),
                generation.key(
                    key, 7, 3, 10, new int[] {1, 2}, FilterRule.EVERYTHING, SearchOptions.DEFAULT),
                generation.key(key, 7, 3, 10, new int[] {1, 2}, filter, SearchOptions.graph(100)),
                generation.key(key, 7, 3, 10, new int[] {1, 2}, filter, SearchOptions.recall(0.8))))
        .doesNotContain(list)
        .doesNotHaveDuplicates();
  }

  @Test
  void neitherCacheTakesMoreThanItsMemory() {
    Random random = new Random(5);
    long offered = 0;
    for (int i = 0; i < 20_000; i++) {
      EmbeddingKey key = generation.key(window(random, 1 + random.nextInt(40), NOW));
      keep(key);
      keep(listKey(key, i, 0, 100, FilterRule.exceptIds(List.of("an item's id " + i))));
      offered += key.bytes();
      assertThat(caches.embeddingBytes()).isLessThanOrEqualTo(MEBIBYTE);
      assertThat(caches.resultBytes()).isLessThanOrEqualTo(MEBIBYTE);
    }
    assertThat(offered).isGreaterThan(4 * MEBIBYTE);
    assertThat(caches.embeddingBytes()).isGreaterThan(MEBIBYTE * 3 / 4);
    assertThat(caches.embeddingCount()).isGreaterThan(500);
    assertThat(caches.resultCount()).isPositive();
  }

  @Test
  void listsGoWithTheirGenerationAndEmbeddingsWithTheLastOfTheirModel() {
    GenerationCaches next = caches.open("model", "g2");
    EmbeddingKey key = generation.key(window(new Random(1), 5, NOW));
    keep(key);
    keep(listKey(key, 0, 0, 10, FilterRule.EVERYTHING));
    ResultKey nextList =
        next.key(key, 0, 0, 10, new int[0], FilterRule.EVERYTHING, SearchOptions.DEFAULT);
    keep(nextList);

    generation.close();
    assertThat(next.embeddings().find(key)).isNotNull();
    assertThat(next.results().find(nextList)).isNotNull();
    assertThat(caches.resultCount()).isOne();

    next.close();
    assertThat(caches.embeddingCount()).isZero();
    assertThat(caches.resultCount()).isZero();
    assertThat(caches.embeddingBytes()).isZero();
    assertThat(caches.resultBytes()).isZero();
  }

  @Test
  void whatIsSwitchedOffKeepsNothing() {
    GenerationCaches none = caches(false, false).open("model", "g1");
    EmbeddingKey key = none.key(window(new Random(1), 5, NOW));
    for (int i = 0; i < 2; i++) {
      assertThat(none.embeddings().get(key, () -> new float[1], true))
          .isInstanceOf(Lookup.Made.class);
    }
    assertThat(none.embeddings().find(key)).isNull();
  }

  private void keep(EmbeddingKey key) {
    generation.embeddings().get(key, () -> new float[64], true);
  }

  private void keep(ResultKey key) {
    KeptList list = new KeptList(new byte[4_500], new float[64], 100, SearchPath.GRAPH, null);
    generation.results().get(key, () -> list, true);
  }

  private ResultKey listKey(EmbeddingKey key, long items, long sets, int k, FilterRule filter) {
    return generation.key(key, items, sets, k, new int[] {1, 5}, filter, SearchOptions.DEFAULT);
  }

  private RetrievalCaches caches(boolean embeddings, boolean results) {
    return new RetrievalCaches(
        new CacheSettings(embeddings, MEBIBYTE, results, MEBIBYTE, false, MEBIBYTE, REPLAY_SECONDS),
        clock);
  }

  private static HistoryBatch window(Random random, int events, long requestTime) {
    int[] items = random.ints(events, 1, 1_000).toArray();
    long[] times = new long[events];
    long time = requestTime;
    for (int i = events - 1; i >= 0; i--) {
      time -= random.nextInt(1 << 16);
      times[i] = time;
    }
    return new HistoryBatch(new int[] {0, events}, items, times, new long[] {requestTime});
  }

  private static HistoryBatch copy(HistoryBatch window) {
    return new HistoryBatch(
        window.offsets(), window.items().clone(), window.times().clone(), window.requestTimes());
  }

  private static HistoryBatch at(HistoryBatch window, long requestTime) {
    return new HistoryBatch(
        window.offsets(), window.items(), window.times(), new long[] {requestTime});
  }
}
