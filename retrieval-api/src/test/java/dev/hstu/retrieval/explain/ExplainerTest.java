package dev.hstu.retrieval.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.filter.RuleRefusal;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.live.AttributeValue;
import dev.hstu.index.live.ItemAttributes;
import dev.hstu.index.live.ItemUpdate;
import dev.hstu.index.live.LiveSettings;
import dev.hstu.index.live.LiveSnapshot;
import dev.hstu.index.live.LogSettings;
import dev.hstu.index.live.ReplayedIndex;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.retrieval.retrieve.Candidate;
import dev.hstu.retrieval.retrieve.CurrentItems;
import dev.hstu.retrieval.retrieve.EmbeddingSource;
import dev.hstu.retrieval.retrieve.PopularItems;
import dev.hstu.retrieval.retrieve.Retrieval;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.retrieve.Retriever;
import dev.hstu.retrieval.retrieve.UserAttributes;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/// Verdicts against the truth by brute force, over items that were added, changed and deleted since
/// the generation was built and an index that misses and loses some.
class ExplainerTest {

  private static final long SEED = 20_261_123;
  private static final int EACH = 92;
  private static final int MAX_DRAWS = 8_000;
  private static final String OTHER_MODEL = "0".repeat(64);

  /// Every so many rows can't be reached.
  private static final int LOST_EVERY = 11;

  @TempDir static Path folder;

  private static Generation generation;
  private static OpenModel model;
  private static UserEncoder encoder;
  private static UpdateLog log;
  private static ReplayedIndex replayed;
  private static NamedSets sets;
  private static Retriever retriever;
  private static Explainer explainer;

  /// What there is, kept by this test itself.
  private static final Map<String, Item> ITEMS = new LinkedHashMap<>();

  private static final Map<String, Verdict> ABSENT = new HashMap<>();
  private static final RoaringBitmap LOST = new RoaringBitmap();

  private final Random random = new Random(SEED);
  private final RetrievalBuffers buffers = new RetrievalBuffers();

  private record Item(int row, float[] vector, String genre, double year, long interactions) {}

  private enum Cause {
    RETURNED,
    UNKNOWN,
    ARRIVED_LATER,
    DELETED,
    FILTER,
    DENIED,
    SEEN,
    NOT_POPULAR,
    OUTRANKED,
    UNREACHABLE,
    MISSED
  }

  @BeforeAll
  static void open() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generation = generations.store().open(generations.publishWithFeatures(3));
    model = ModelFolder.open(generation.modelFolder());
    encoder = Encoder.open(model.model(), EngineChoice.of(Engine.REFERENCE).withThreads(1));
    sets = NamedSets.open(folder.resolve("sets"));
    for (int row = 0; row < TinyGenerations.ITEMS; row++) {
      float[] vector = new float[generation.manifest().dimension()];
      generation.vectors().copyRow(row, vector);
      ITEMS.put(
          TinyGenerations.id(row),
          new Item(
              row,
              vector,
              "g" + row % 5,
              TinyGenerations.year(row),
              TinyGenerations.interactions(row)));
    }
    log = UpdateLog.open(folder.resolve("updates"), LogSettings.DEFAULT);
    update(new Random(SEED));
    replayed =
        ReplayedIndex.open(
            generation,
            folder.resolve("updates"),
            LiveSettings.DEFAULT,
            Files.createDirectory(folder.resolve("scratch")));
    arriveLater(new Random(SEED + 1));
    LiveSnapshot snapshot = replayed.snapshot();
    for (int row = 0; row < snapshot.items().rows(); row += LOST_EVERY) {
      LOST.add(row);
    }
    CurrentItems items =
        new CurrentItems(
            new ForgetfulIndex(snapshot.index(), LOST, 7),
            snapshot.items(),
            snapshot.live(),
            snapshot.version());
    retriever =
        new Retriever(
            EmbeddingSource.of(encoder),
            model.model().vocabulary(),
            () -> items,
            FilterCompiler.of(generation.catalog(), sets),
            PopularItems.of(generation.popularity(), 40),
            SearchOptions.graph(1));
    explainer = explainer(2);
  }

  private static Explainer explainer(int maxEvents) {
    return new Explainer(
        retriever,
        generation.vectors(),
        generation.manifest().modelFingerprint(),
        UpdateTrail.in(folder.resolve("updates")),
        maxEvents);
  }

  @AfterAll
  static void close() throws IOException {
    replayed.close();
    log.close();
    encoder.close();
    model.close();
    generation.close();
  }

  /// Deletes, changes and adds before the snapshot. A row of the log is a row after the
  /// catalogue's.
  private static void update(Random random) throws Exception {
    String fingerprint = generation.manifest().modelFingerprint();
    int row = TinyGenerations.ITEMS;
    for (int i = 0; i < 30; i++) {
      String id = TinyGenerations.id(i * 9 + 1);
      long sequence = log.submit(fingerprint, List.of(new ItemUpdate.Delete(id))).get();
      ITEMS.remove(id);
      ABSENT.put(id, new Verdict.Deleted(OptionalLong.of(sequence)));
      row++;
    }
    for (int i = 0; i < 60; i++) {
      // The first twenty supersede items of the catalogue.
      String id = i < 20 ? TinyGenerations.id(i * 9 + 3) : Long.toString(1_000 + i);
      float[] vector = unit(random, generation.manifest().dimension());
      long interactions = i < 20 ? TinyGenerations.interactions(i * 9 + 3) : -1;
      ItemAttributes attributes =
          new ItemAttributes(
              List.of(
                  new AttributeValue.Labels("genres", List.of("g" + i % 5)),
                  new AttributeValue.Number("year", 1990 + i)));
      log.submit(fingerprint, List.of(new ItemUpdate.Upsert(id, vector, attributes))).get();
      ITEMS.put(id, new Item(row++, vector, "g" + i % 5, 1990 + i, interactions));
    }
    for (int i = 0; i < 10; i++) {
      String id = Long.toString(2_000 + i);
      float[] vector = unit(random, generation.manifest().dimension());
      long sequence =
          log.submit(OTHER_MODEL, List.of(new ItemUpdate.Upsert(id, vector, null))).get();
      ABSENT.put(id, new Verdict.ArrivedLater(sequence, true));
    }
  }

  private static void arriveLater(Random random) throws Exception {
    for (int i = 0; i < 10; i++) {
      String id = Long.toString(3_000 + i);
      float[] vector = unit(random, generation.manifest().dimension());
      long sequence =
          log.submit(
                  generation.manifest().modelFingerprint(),
                  List.of(new ItemUpdate.Upsert(id, vector, null)))
              .get();
      ABSENT.put(id, new Verdict.ArrivedLater(sequence, false));
    }
  }

  @Test
  void aThousandPlantedCausesGetTheVerdictOfBruteForce() {
    Map<Cause, Integer> counted = new EnumMap<>(Cause.class);
    int draws = 0;
    for (Cause wanted : Cause.values()) {
      while (counted.getOrDefault(wanted, 0) < EACH) {
        assertThat(draws++).as("draws until there are enough of each cause").isLessThan(MAX_DRAWS);
        RetrievalQuery query = query(wanted);
        Retrieval retrieval = retriever.retrieve(query, buffers);
        List<String> choices = choices(wanted, query, retrieval);
        if (choices.isEmpty()) {
          continue;
        }
        String id = choices.get(random.nextInt(choices.size()));
        Verdict truth = truth(query, retrieval, id);
        if (cause(truth) == wanted) {
          Explanation explanation = explainer.explain(query, id, buffers);
          assertThat(explanation.verdict())
              .usingRecursiveComparison()
              .as("draw %d, item %s of %s", draws, id, Arrays.toString(query.itemIds()))
              .isEqualTo(truth);
          counted.merge(wanted, 1, Integer::sum);
        }
      }
    }
    assertThat(counted.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(1_000);
  }

  @Test
  void anItemExcludedTwiceHasTheOtherCauseBesides() {
    String seen = TinyGenerations.id(0);
    RetrievalQuery query =
        RetrievalQuery.of(
                new String[] {seen, TinyGenerations.id(2), seen}, new long[] {5, 6, 7}, 9, 10)
            .withItems(true, new String[] {seen}, new FilterRule.In("genres", List.of("g1")));

    Explanation explanation = explainer.explain(query, seen, buffers);

    assertThat(explanation.verdict().sentence())
        .isEqualTo("refused by the filter: genres must be one of [g1]; the item has genres=[g0]");
    assertThat(explanation.besides()).containsExactly(new Verdict.Denied(), new Verdict.Seen(7));
    LeftOut served = new LeftOut(List.of(), Map.of(seen, 3L, TinyGenerations.id(2), 4L));
    assertThat(explainer.explain(query, served, seen, buffers).besides())
        .containsExactly(new Verdict.Served(3), new Verdict.Seen(7));
  }

  @Test
  void contributionsAreWhatTheScoreLosesWithoutTheEvent() {
    RetrievalQuery query = query(Cause.OUTRANKED);
    String id = TinyGenerations.id(14);
    float[] item = Objects.requireNonNull(ITEMS.get(id)).vector();

    Explanation explanation = explainer(100).explain(query, id, buffers);

    int[] kept = kept(query);
    assertThat(explanation.contributions()).hasSize(kept.length);
    assertThat(explanation.eventsNotTried()).isZero();
    double whole = dot(encode(query, kept, -1), item);
    assertThat(explanation.score()).isCloseTo((float) whole, within(1e-5f));
    for (int left = 0; left < kept.length; left++) {
      double expected = whole - dot(encode(query, kept, left), item);
      String itemId = query.itemIds()[kept[left]];
      long time = query.times()[kept[left]];
      assertThat(explanation.contributions())
          .anySatisfy(
              one -> {
                assertThat(one.itemId()).isEqualTo(itemId);
                assertThat(one.timestamp()).isEqualTo(time);
                assertThat(one.contribution()).isCloseTo((float) expected, within(1e-5f));
              });
    }
    assertThat(explanation.contributions())
        .isSortedAccordingTo(
            (a, b) ->
                Float.compare(
                    Math.abs(Objects.requireNonNull(b.contribution())),
                    Math.abs(Objects.requireNonNull(a.contribution()))));
  }

  @Test
  void onlyTheNewestEventsAreTriedAndTheRestIsSaid() {
    RetrievalQuery query = query(Cause.OUTRANKED);

    Explanation explanation = explainer(2).explain(query, TinyGenerations.id(14), buffers);

    int[] kept = kept(query);
    assertThat(explanation.contributions()).hasSize(2);
    assertThat(explanation.eventsNotTried()).isEqualTo(kept.length - 2);
    assertThat(explanation.contributions())
        .extracting(EventContribution::timestamp)
        .containsExactlyInAnyOrder(
            query.times()[kept[kept.length - 1]], query.times()[kept[kept.length - 2]]);
  }

  @Test
  void theOnlyEventHasNoContributionToTell() {
    RetrievalQuery query =
        RetrievalQuery.of(new String[] {TinyGenerations.id(2)}, new long[] {5}, 9, 5);

    Explanation explanation = explainer.explain(query, TinyGenerations.id(14), buffers);

    assertThat(explanation.contributions())
        .containsExactly(new EventContribution(TinyGenerations.id(2), 5, null));
  }

  @Test
  void theClosestItemsOfAHistoryAreFoundForLaterItemsToo() {
    for (String id : List.of(TinyGenerations.id(14), TinyGenerations.id(3), "1030")) {
      RetrievalQuery query =
          RetrievalQuery.of(
              new String[] {
                "1",
                TinyGenerations.id(5),
                TinyGenerations.id(12),
                TinyGenerations.id(6),
                TinyGenerations.id(5)
              },
              new long[] {1, 2, 3, 4, 5},
              9,
              5);
      float[] item = Objects.requireNonNull(ITEMS.get(id)).vector();

      List<ClosestEvent> closest = explainer.explain(query, id, buffers).closest();

      assertThat(closest).extracting(ClosestEvent::itemId).doesNotHaveDuplicates().hasSize(3);
      assertThat(closest)
          .allSatisfy(
              one ->
                  assertThat(one.cosine())
                      .isCloseTo(
                          (float)
                              dot(item, Objects.requireNonNull(ITEMS.get(one.itemId())).vector()),
                          within(1e-5f)));
      assertThat(closest)
          .filteredOn(one -> one.itemId().equals(TinyGenerations.id(5)))
          .allSatisfy(one -> assertThat(one.timestamp()).isEqualTo(5));
      assertThat(closest).isSortedAccordingTo((a, b) -> Float.compare(b.cosine(), a.cosine()));
    }
  }

  /// A random history of items that the model knows, or of none for the popular items.
  private RetrievalQuery query(Cause wanted) {
    int events = 3 + random.nextInt(25);
    String[] ids = new String[events];
    long[] times = new long[events];
    float[] actions = new float[events];
    for (int i = 0; i < events; i++) {
      ids[i] =
          wanted == Cause.NOT_POPULAR || random.nextInt(8) == 0
              ? "unknown " + i
              : TinyGenerations.id(random.nextInt(TinyGenerations.ITEMS));
      times[i] = 1_000L * i + random.nextInt(1_000);
      actions[i] = 1 + random.nextInt(5);
    }
    String[] denied = new String[random.nextInt(3) + (wanted == Cause.DENIED ? 4 : 0)];
    List<String> all = List.copyOf(ITEMS.keySet());
    Arrays.setAll(denied, i -> all.get(random.nextInt(all.size())));
    return new RetrievalQuery(
        ids,
        times,
        actions,
        30_000,
        5 + random.nextInt(20),
        wanted == Cause.SEEN || random.nextBoolean(),
        denied,
        wanted == Cause.FILTER || random.nextInt(4) == 0 ? filter() : FilterRule.EVERYTHING,
        null,
        UserAttributes.NONE);
  }

  /// Two genres, and not some years.
  private FilterRule filter() {
    int genre = random.nextInt(5);
    int year = 1980 + random.nextInt(40);
    return new FilterRule.All(
        List.of(
            new FilterRule.In("genres", List.of("g" + genre, "g" + (genre + 1) % 5)),
            new FilterRule.Not(new FilterRule.Range("year", year, year + 10))));
  }

  private List<String> choices(Cause wanted, RetrievalQuery query, Retrieval retrieval) {
    return switch (wanted) {
      case RETURNED -> retrieval.candidates().stream().map(Candidate::itemId).toList();
      case UNKNOWN -> List.of(Long.toString(random.nextInt(1_000)));
      case ARRIVED_LATER, DELETED -> List.copyOf(ABSENT.keySet());
      case FILTER, NOT_POPULAR, OUTRANKED -> List.copyOf(ITEMS.keySet());
      case DENIED -> List.of(query.excludedItemIds());
      case SEEN -> List.of(query.itemIds());
      case UNREACHABLE, MISSED -> notReturned(query, retrieval);
    };
  }

  private List<String> notReturned(RetrievalQuery query, Retrieval retrieval) {
    if (kept(query).length == 0) {
      return List.of();
    }
    List<String> returned = retrieval.candidates().stream().map(Candidate::itemId).toList();
    return exactOrder(query).stream()
        .limit(query.k())
        .filter(id -> !returned.contains(id))
        .toList();
  }

  /// The truth, by going through everything.
  private Verdict truth(RetrievalQuery query, Retrieval retrieval, String id) {
    int place = retrieval.candidates().stream().map(Candidate::itemId).toList().indexOf(id);
    boolean popular = kept(query).length == 0;
    if (place >= 0) {
      return new Verdict.Returned(place + 1, popular);
    }
    Item item = ITEMS.get(id);
    if (item == null) {
      return ABSENT.containsKey(id)
          ? Objects.requireNonNull(ABSENT.get(id))
          : new Verdict.UnknownItem(false);
    }
    if (!passes(query.filter(), item)) {
      return explainedRefusal(query, item);
    }
    if (List.of(query.excludedItemIds()).contains(id)) {
      return new Verdict.Denied();
    }
    int last = List.of(query.itemIds()).lastIndexOf(id);
    if (query.excludeSeen() && last >= 0) {
      return new Verdict.Seen(query.times()[last]);
    }
    if (popular) {
      return new Verdict.NotPopularEnough(popularRank(query, id), query.k());
    }
    int rank = exactOrder(query).indexOf(id) + 1;
    if (rank > query.k()) {
      return new Verdict.Outranked(rank, query.k());
    }
    return LOST.contains(item.row())
        ? new Verdict.Unreachable(OptionalLong.of(rank), query.k())
        : new Verdict.Missed(rank, query.k());
  }

  /// Of the two rules of [#filter], the first that refuses.
  private static Verdict explainedRefusal(RetrievalQuery query, Item item) {
    List<FilterRule> parts = ((FilterRule.All) query.filter()).rules();
    FilterRule.In genres = (FilterRule.In) parts.get(0);
    FilterRule.Not years = (FilterRule.Not) parts.get(1);
    return new Verdict.RefusedByFilter(
        genres.values().contains(item.genre())
            ? new RuleRefusal(
                "/all/1/not/range/year",
                years.rule(),
                true,
                Map.of("year", List.of(Integer.toString((int) item.year()))))
            : new RuleRefusal(
                "/all/0/in/genres", genres, false, Map.of("genres", List.of(item.genre()))));
  }

  private static boolean passes(FilterRule filter, Item item) {
    if (filter.equals(FilterRule.EVERYTHING)) {
      return true;
    }
    List<FilterRule> parts = ((FilterRule.All) filter).rules();
    FilterRule.Range years = (FilterRule.Range) ((FilterRule.Not) parts.get(1)).rule();
    return ((FilterRule.In) parts.get(0)).values().contains(item.genre())
        && !(item.year() >= years.min() && item.year() <= years.max());
  }

  private static boolean mayBeReturned(RetrievalQuery query, String id, Item item) {
    return passes(query.filter(), item)
        && !List.of(query.excludedItemIds()).contains(id)
        && !(query.excludeSeen() && List.of(query.itemIds()).contains(id));
  }

  private static List<String> exactOrder(RetrievalQuery query) {
    float[] user = encode(query, kept(query), -1);
    Map<String, Double> scores = new HashMap<>();
    ITEMS.forEach(
        (id, item) -> {
          if (mayBeReturned(query, id, item)) {
            scores.put(id, dot(user, item.vector()));
          }
        });
    List<String> order = new ArrayList<>(scores.keySet());
    order.sort((a, b) -> Double.compare(scores.get(b), scores.get(a)));
    return order;
  }

  /// By interactions, then by row; items that came later have none.
  private static long popularRank(RetrievalQuery query, String id) {
    List<Map.Entry<String, Item>> order =
        new ArrayList<>(
            ITEMS.entrySet().stream()
                .filter(entry -> mayBeReturned(query, entry.getKey(), entry.getValue()))
                .toList());
    order.sort(
        (a, b) -> {
          int byCount = Long.compare(b.getValue().interactions(), a.getValue().interactions());
          return byCount != 0 ? byCount : byPlace(a, b);
        });
    return order.stream().map(Map.Entry::getKey).toList().indexOf(id) + 1L;
  }

  /// Items of the catalogue by id, which is their order there; later ones by row.
  private static int byPlace(Map.Entry<String, Item> a, Map.Entry<String, Item> b) {
    return a.getValue().interactions() < 0
        ? Integer.compare(a.getValue().row(), b.getValue().row())
        : Long.compare(Long.parseLong(a.getKey()), Long.parseLong(b.getKey()));
  }

  /// The last events that the model knows and keeps.
  private static int[] kept(RetrievalQuery query) {
    List<Integer> known = new ArrayList<>();
    for (int i = 0; i < query.events(); i++) {
      if (query.itemIds()[i].startsWith("9")) {
        known.add(i);
      }
    }
    int start = encoder.config().window().start(known.size());
    return known.subList(start, known.size()).stream().mapToInt(Integer::intValue).toArray();
  }

  private static float[] encode(RetrievalQuery query, int[] kept, int left) {
    int[] places =
        IntStream.range(0, kept.length).filter(i -> i != left).map(i -> kept[i]).toArray();
    int[] items =
        Arrays.stream(places)
            .map(i -> (int) (Long.parseLong(query.itemIds()[i]) - TinyGenerations.FIRST_ID) + 1)
            .toArray();
    long[] times = Arrays.stream(places).mapToLong(i -> query.times()[i]).toArray();
    float[] actions = new float[places.length];
    for (int i = 0; i < places.length; i++) {
      actions[i] = query.actions()[places[i]];
    }
    return encoder.encode(List.of(new UserHistory(items, times, actions, query.requestTime())))[0];
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static float[] unit(Random random, int dimension) {
    float[] vector = new float[dimension];
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += (double) vector[i] * vector[i];
    }
    for (int i = 0; i < dimension; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  private static Cause cause(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Returned _ -> Cause.RETURNED;
      case Verdict.UnknownItem _ -> Cause.UNKNOWN;
      case Verdict.ArrivedLater _ -> Cause.ARRIVED_LATER;
      case Verdict.Deleted _ -> Cause.DELETED;
      case Verdict.RefusedByFilter _ -> Cause.FILTER;
      case Verdict.Denied _, Verdict.Served _ -> Cause.DENIED;
      case Verdict.Seen _ -> Cause.SEEN;
      case Verdict.NotPopularEnough _ -> Cause.NOT_POPULAR;
      case Verdict.Outranked _ -> Cause.OUTRANKED;
      case Verdict.Unreachable _ -> Cause.UNREACHABLE;
      case Verdict.Missed _ -> Cause.MISSED;
    };
  }
}
