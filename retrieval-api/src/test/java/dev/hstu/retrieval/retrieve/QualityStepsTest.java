package dev.hstu.retrieval.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepParameters;
import dev.hstu.retrieval.admission.WorkKind;
import dev.hstu.retrieval.cache.RetrievalCaches;
import dev.hstu.retrieval.cache.SettableClock;
import dev.hstu.retrieval.config.CacheSettings;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers at each step of the ladder are what they say they are, whatever was kept before.
class QualityStepsTest {

  private static final long NOW = 1_700_000_000L;
  private static final int GRACE_SECONDS = 300;
  private static final StepParameters PARAMETERS = new StepParameters(5, 0.1, 3, GRACE_SECONDS);
  private static final SearchOptions FULL = new SearchOptions(200, SearchPlan.INDEX, 0.99);
  private static final CandidateFormat FORMAT =
      candidates -> candidates.toString().getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock(NOW);
  private final RetrievalBuffers buffers = new RetrievalBuffers();
  private Generation generation;
  private OpenModel model;
  private UserEncoder encoder;
  private Retriever retriever;
  private CachedRetriever cached;
  private final TypicalTime searchTime = new TypicalTime();
  private int encoded;
  private int searched;

  /// Of the encoders, as requests are told.
  private boolean room = true;

  /// Embeddings that are not completed yet; null where they are at once.
  private @Nullable List<Runnable> held;

  @BeforeEach
  void open() throws IOException {
    TinyGenerations generations = new TinyGenerations(folder);
    generation = generations.store().open(generations.publish(1));
    model = ModelFolder.open(generation.modelFolder());
    encoder = Encoder.open(model.model(), EngineChoice.of(Engine.REFERENCE).withThreads(1));
    NamedSets sets = NamedSets.open(folder.resolve("sets"));
    CurrentItems items =
        new CurrentItems(
            new Counted(generation.index()),
            ItemView.of(generation.catalog()),
            generation.catalog().size(),
            0);
    EmbeddingSource engine = EmbeddingSource.of(encoder);
    retriever =
        new Retriever(
            new CountedSource(engine),
            model.model().vocabulary(),
            () -> items,
            FilterCompiler.of(generation.catalog(), sets),
            PopularItems.of(generation.popularity(), 1000),
            FULL);
    RetrievalCaches caches =
        new RetrievalCaches(
            new CacheSettings(true, 16L << 20, true, 16L << 20, false, 1L << 20, 10_000),
            clock,
            GRACE_SECONDS);
    cached =
        new CachedRetriever(retriever, sets, caches.open("model", "g"), PARAMETERS, searchTime);
  }

  @AfterEach
  void close() throws IOException {
    encoder.close();
    model.close();
    generation.close();
  }

  @Test
  void eachStepDoesWithoutSomethingMore() {
    assertThat(answer(query(1, NOW), QualityStep.FULL).quality()).isEqualTo(AnswerQuality.FULL);
    assertThat(answer(query(2, NOW), QualityStep.SMALLER_SEARCH).quality())
        .isEqualTo(AnswerQuality.of(QualityStep.SMALLER_SEARCH));
    assertThat(answer(query(3, NOW), QualityStep.SHORTER_HISTORY).quality())
        .isEqualTo(AnswerQuality.of(QualityStep.SHORTER_HISTORY));
    assertThat(answer(query(4, NOW), QualityStep.STALE_EMBEDDING).quality())
        .as("no embedding is kept")
        .isEqualTo(AnswerQuality.of(QualityStep.SHORTER_HISTORY));
    encoded = 0;
    searched = 0;
    RetrievalOutcome.Answered popular = answer(query(5, NOW), QualityStep.POPULAR);
    assertThat(popular.quality()).isEqualTo(AnswerQuality.of(QualityStep.POPULAR));
    assertThat(popular.retrieval().ranking()).isEqualTo(Ranking.POPULARITY);
    assertThat(encoded + searched).isZero();
  }

  @Test
  void whatIsKeptOfABetterAnswerIsTakenAtEveryStep() {
    RetrievalOutcome.Answered full = answer(query(1, NOW), QualityStep.FULL);
    for (QualityStep step : QualityStep.values()) {
      RetrievalOutcome.Answered again = answer(query(1, NOW), step);
      assertThat(again.quality()).isEqualTo(AnswerQuality.FULL);
      assertThat(again.retrieval().cache()).isEqualTo(CacheUse.RESULT);
      assertThat(again.candidates()).isEqualTo(full.candidates());
    }
    // Another k needs another search, but no other embedding.
    RetrievalQuery other = query(1, NOW).withK(7);
    encoded = 0;
    assertThat(answer(other, QualityStep.STALE_EMBEDDING).quality())
        .isEqualTo(AnswerQuality.of(QualityStep.SMALLER_SEARCH));
    assertThat(encoded).isZero();
    // And a full answer never gets the list of that smaller search.
    RetrievalOutcome.Answered whole = answer(other, QualityStep.FULL);
    assertThat(whole.quality()).isEqualTo(AnswerQuality.FULL);
    assertThat(whole.retrieval().cache()).isEqualTo(CacheUse.EMBEDDING);
  }

  @Test
  void anEmbeddingPastItsExpiryIsMarkedAndNeverUsedPastItsGrace() {
    RetrievalQuery query = query(1, NOW);
    answer(query, QualityStep.FULL);
    long end = answer(query, QualityStep.FULL).retrieval().validity().end().orElseThrow();

    for (long past : new long[] {0, 1, GRACE_SECONDS - 1}) {
      clock.set(end + past);
      encoded = 0;
      RetrievalOutcome.Answered stale =
          answer(query.withRequestTime(end + past), QualityStep.STALE_EMBEDDING);
      assertThat(stale.quality()).isEqualTo(new AnswerQuality(QualityStep.STALE_EMBEDDING, past));
      assertThat(encoded).isZero();
      assertThat(
              answer(query.withRequestTime(end + past), QualityStep.SHORTER_HISTORY)
                  .quality()
                  .step())
          .as("not at a step before")
          .isEqualTo(QualityStep.SHORTER_HISTORY);
    }
    clock.set(end + GRACE_SECONDS);
    assertThat(
            answer(query.withRequestTime(end + GRACE_SECONDS), QualityStep.STALE_EMBEDDING)
                .quality())
        .isEqualTo(AnswerQuality.of(QualityStep.SHORTER_HISTORY));
    // A later event makes another history, whose embedding was never made.
    RetrievalQuery longer = withEvent(query, end);
    assertThat(
            answer(longer.withRequestTime(end + 1), QualityStep.STALE_EMBEDDING).quality().step())
        .isEqualTo(QualityStep.SHORTER_HISTORY);
  }

  @Test
  void whileEncodersHaveNoRoomTheEmbeddingThatHasJustEndedAnswersMarkedAndElseIsMadeAnew() {
    RetrievalQuery query = query(1, NOW);
    answer(query, QualityStep.FULL);
    long end = answer(query, QualityStep.FULL).retrieval().validity().end().orElseThrow();
    RetrievalQuery later = query.withRequestTime(end + 2);
    clock.set(end + 2);
    room = false;

    encoded = 0;
    for (QualityStep step : List.of(QualityStep.FULL, QualityStep.SHORTER_HISTORY)) {
      RetrievalOutcome.Answered stale = answer(later, step);
      assertThat(stale.quality()).isEqualTo(new AnswerQuality(QualityStep.STALE_EMBEDDING, 2));
      assertThat(stale.candidates()).isEqualTo(truth(later, stale.quality()));
    }
    assertThat(encoded).isZero();
    assertThat(answer(query(2, end + 2), QualityStep.FULL).quality())
        .as("no earlier one is kept")
        .isEqualTo(AnswerQuality.FULL);
    assertThat(encoded).isOne();

    room = true;
    RetrievalOutcome.Answered full = answer(later, QualityStep.FULL);
    assertThat(full.quality()).isEqualTo(AnswerQuality.FULL);
    assertThat(full.candidates()).isEqualTo(truth(later, AnswerQuality.FULL));
    room = false;
    assertThat(answer(later, QualityStep.FULL).quality())
        .as("kept again")
        .isEqualTo(AnswerQuality.FULL);
  }

  /// The embeddings of a hundred users end at one instant, and each asks in the next second: as
  /// many as the encoders have room for wait for theirs, the others are answered at once.
  @Test
  void embeddingsThatEndTogetherAreMadeAnewAFewAtATime() {
    int users = 100;
    ServiceConfiguration defaults = ServiceConfiguration.of(List.of());
    try (RetrievalWorkers workers = new RetrievalWorkers(defaults.admission(), defaults.ladder())) {
      EncoderWaits waits = workers.encoderWaits(WorkKind.STEPPED);
      for (int user = 0; user < users; user++) {
        answer(together(user, NOW), QualityStep.FULL);
      }
      long end =
          answer(together(0, NOW), QualityStep.FULL).retrieval().validity().end().orElseThrow();
      clock.set(end);
      List<Runnable> making = new ArrayList<>();
      held = making;
      List<Integer> waiting = new ArrayList<>();
      for (int user = 0; user < users; user++) {
        switch (retrieve(together(user, end), waits)) {
          case RetrievalOutcome.Waiting _ -> waiting.add(user);
          case RetrievalOutcome.Answered answer ->
              assertThat(answer.quality())
                  .isEqualTo(new AnswerQuality(QualityStep.STALE_EMBEDDING, 0));
        }
      }
      assertThat(making).hasSameSizeAs(waiting).isNotEmpty().hasSizeLessThan(users / 5);

      held = null;
      making.forEach(Runnable::run);
      for (int user : waiting) {
        assertThat(retrieve(together(user, end), waits))
            .isInstanceOfSatisfying(
                RetrievalOutcome.Answered.class,
                answer -> assertThat(answer.quality()).isEqualTo(AnswerQuality.FULL));
      }
    }
  }

  /// Where workers encode themselves, their queue is the encoders'.
  @Test
  void whoHasWaitedLongForAWorkerDoesWithAnEarlierEmbeddingToo() {
    ServiceConfiguration defaults = ServiceConfiguration.of(List.of());
    try (RetrievalWorkers workers = new RetrievalWorkers(defaults.admission(), defaults.ladder())) {
      EncoderWaits waits = workers.encoderWaits(WorkKind.STEPPED);
      RetrievalOutcome.Answered first = answer(together(1, NOW), QualityStep.FULL);
      long end = first.retrieval().validity().end().orElseThrow();
      clock.set(end);
      long longAgo = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

      assertThat(retrieve(together(1, end), waits, longAgo))
          .isInstanceOfSatisfying(
              RetrievalOutcome.Answered.class,
              answer ->
                  assertThat(answer.quality())
                      .isEqualTo(new AnswerQuality(QualityStep.STALE_EMBEDDING, 0)));
      assertThat(retrieve(together(2, end), waits, longAgo))
          .as("no earlier one is kept")
          .isInstanceOfSatisfying(
              RetrievalOutcome.Answered.class,
              answer -> assertThat(answer.quality()).isEqualTo(AnswerQuality.FULL));
    }
  }

  private RetrievalOutcome retrieve(RetrievalQuery query, EncoderWaits waits) {
    return retrieve(query, waits, System.nanoTime());
  }

  private RetrievalOutcome retrieve(RetrievalQuery query, EncoderWaits waits, long arrived) {
    return cached.retrieve(
        query,
        buffers,
        FORMAT,
        new PendingRetrieval(arrived, arrived + EmbeddingSource.FOREVER_NANOS, waits),
        QualityStep.FULL);
  }

  /// A user of four events at the times of everybody's.
  private static RetrievalQuery together(int user, long requestTime) {
    Random random = new Random(user);
    String[] items = new String[4];
    Arrays.setAll(items, _ -> TinyGenerations.id(random.nextInt(TinyGenerations.ITEMS)));
    long[] times = {NOW - 4_000, NOW - 3_000, NOW - 2_000, NOW - 1_000};
    return RetrievalQuery.of(items, times, requestTime, 10);
  }

  /// Few histories, at times that go on, at any step: whatever has been kept, each answer is the
  /// one that its quality names, computed anew.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyAnswerIsWhatItsQualitySays(long seed) {
    Random random = new Random(seed);
    Map<QualityStep, Integer> seen = new EnumMap<>(QualityStep.class);
    long now = NOW;
    for (int i = 0; i < 1500; i++) {
      now += random.nextInt(30);
      clock.set(now);
      RetrievalQuery query = query(random.nextInt(4), now).withK(5 + random.nextInt(3));
      QualityStep step = QualityStep.values()[random.nextInt(QualityStep.values().length)];
      room = random.nextBoolean();
      RetrievalOutcome.Answered answer = answer(query, step);
      AnswerQuality quality = answer.quality();
      seen.merge(quality.step(), 1, Integer::sum);
      if (room || quality.step() != QualityStep.STALE_EMBEDDING) {
        assertThat(quality.step()).isLessThanOrEqualTo(step);
      }
      assertThat(quality.staleSeconds()).isBetween(0L, GRACE_SECONDS - 1L);
      assertThat(new String(answer.candidates(), StandardCharsets.UTF_8))
          .as("%s at %s", quality, step)
          .isEqualTo(new String(truth(query, quality), StandardCharsets.UTF_8));
    }
    assertThat(seen).containsOnlyKeys(QualityStep.values());
    assertThat(seen.get(QualityStep.STALE_EMBEDDING)).isGreaterThan(20);
  }

  @Test
  void aBriefRequestSearchesForAKeptEmbeddingAndElseBeginsNothing() {
    RetrievalQuery query = query(1, NOW);
    searchTime.add(1);
    assertThat(briefly(query, QualityStep.FULL)).isInstanceOf(RetrievalOutcome.Waiting.class);
    assertThat(encoded + searched).as("the embedding isn't kept").isZero();
    RetrievalOutcome.Answered full = answer(query, QualityStep.FULL);

    assertThat(briefly(query, QualityStep.FULL))
        .as("the list is kept")
        .isInstanceOfSatisfying(
            RetrievalOutcome.Answered.class,
            answer -> assertThat(answer.candidates()).isEqualTo(full.candidates()));
    RetrievalQuery fewer = query.withK(7);
    assertThat(briefly(fewer, QualityStep.FULL))
        .isInstanceOfSatisfying(
            RetrievalOutcome.Answered.class,
            answer -> {
              assertThat(answer.retrieval().cache()).isEqualTo(CacheUse.EMBEDDING);
              assertThat(answer.quality()).isEqualTo(AnswerQuality.FULL);
              assertThat(answer.candidates()).isEqualTo(truth(fewer, AnswerQuality.FULL));
            });

    int before = encoded + searched;
    assertThat(briefly(query.withK(8), QualityStep.SMALLER_SEARCH))
        .isInstanceOf(RetrievalOutcome.Waiting.class);
    assertThat(briefly(withFilter(query), QualityStep.FULL))
        .as("a filter may take a pass over the catalogue")
        .isInstanceOf(RetrievalOutcome.Waiting.class);
    for (int i = 0; i < 1000; i++) {
      searchTime.add(Long.MAX_VALUE);
    }
    assertThat(briefly(query.withK(9), QualityStep.FULL))
        .as("searches take long")
        .isInstanceOf(RetrievalOutcome.Waiting.class);
    assertThat(encoded + searched).isEqualTo(before);
  }

  private RetrievalOutcome briefly(RetrievalQuery query, QualityStep step) {
    long arrived = System.nanoTime();
    PendingRetrieval pending =
        new PendingRetrieval(
            arrived, arrived + EmbeddingSource.FOREVER_NANOS, EncoderWaits.UNWATCHED);
    pending.beginBriefly();
    return cached.retrieve(query, buffers, FORMAT, pending, step);
  }

  private static RetrievalQuery withFilter(RetrievalQuery query) {
    return query.withItems(
        true, new String[0], new FilterRule.OnlyIds(List.of(TinyGenerations.id(1))));
  }

  private byte[] truth(RetrievalQuery query, AnswerQuality quality) {
    Asked asked = retriever.ask(query, new RetrievalBuffers());
    HistoryBatch window = asked.window();
    return switch (quality.step()) {
      case FULL -> searched(asked, window, FULL);
      case SMALLER_SEARCH -> searched(asked, window, PARAMETERS.smaller(FULL));
      case SHORTER_HISTORY -> searched(asked, PARAMETERS.shorter(window), PARAMETERS.smaller(FULL));
      case STALE_EMBEDDING ->
          searched(
              asked,
              new HistoryBatch(
                  window.offsets(),
                  window.items(),
                  window.times(),
                  new long[] {query.requestTime() - quality.staleSeconds() - 1}),
              PARAMETERS.smaller(FULL));
      case POPULAR -> FORMAT.write(retriever.popular(asked).candidates());
    };
  }

  private byte[] searched(Asked asked, HistoryBatch window, SearchOptions options) {
    float[] user = new float[encoder.config().embeddingDim()];
    encoder.encode(window, user);
    Retrieval made =
        retriever.nearest(
            asked, user, null, options, CacheUse.MISS, 0, new Candidates(asked.query().k()));
    return FORMAT.write(made.candidates());
  }

  private RetrievalOutcome.Answered answer(RetrievalQuery query, QualityStep step) {
    long arrived = System.nanoTime();
    return (RetrievalOutcome.Answered)
        cached.retrieve(
            query,
            buffers,
            FORMAT,
            new PendingRetrieval(arrived, arrived + EmbeddingSource.FOREVER_NANOS, new Room()),
            step);
  }

  /// Says what the test says.
  private final class Room implements EncoderWaits {

    @Override
    public void waited(int users, long sentNanos, long waitNanos) {}

    @Override
    public void refused() {}

    @Override
    public boolean hasRoom(long queuedNanos) {
      return room;
    }
  }

  /// A user of fifteen events within four hours of [#NOW].
  private static RetrievalQuery query(int user, long requestTime) {
    Random random = new Random(user);
    String[] items = new String[15];
    long[] times = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      items[i] = TinyGenerations.id(random.nextInt(TinyGenerations.ITEMS));
      times[i] = NOW - 1 - random.nextInt(4 * 3600);
    }
    Arrays.sort(times);
    return RetrievalQuery.of(items, times, requestTime, 10);
  }

  private static RetrievalQuery withEvent(RetrievalQuery query, long time) {
    String[] items = Arrays.copyOf(query.itemIds(), query.events() + 1);
    long[] times = Arrays.copyOf(query.times(), query.events() + 1);
    items[query.events()] = TinyGenerations.id(1);
    times[query.events()] = time;
    return query.withEvents(items, times, query.actions()).withRequestTime(time);
  }

  /// Counts searches.
  private final class Counted implements ItemIndex {

    private final ItemIndex index;

    Counted(ItemIndex index) {
      this.index = index;
    }

    @Override
    public int size() {
      return index.size();
    }

    @Override
    public int dimension() {
      return index.dimension();
    }

    @Override
    public void search(
        float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
      searched++;
      index.search(query, k, filter, options, target);
    }
  }

  /// Counts encoded users.
  private final class CountedSource implements EmbeddingSource {

    private final EmbeddingSource source;

    CountedSource(EmbeddingSource source) {
      this.source = source;
    }

    @Override
    public String engine() {
      return source.engine();
    }

    @Override
    public ModelConfig config() {
      return source.config();
    }

    @Override
    public CompletableFuture<float[]> embed(
        HistoryBatch batch, long deadlineNanos, EncoderWaits waits) {
      encoded += batch.users();
      @Nullable List<Runnable> later = held;
      if (later == null) {
        return source.embed(batch, deadlineNanos, waits);
      }
      CompletableFuture<float[]> embeddings = new CompletableFuture<>();
      later.add(() -> embeddings.complete(source.embed(batch, deadlineNanos, waits).join()));
      return embeddings;
    }
  }
}
