package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.encoder.sequence.SeriesEntries;
import dev.hstu.encoder.sequence.SeriesVocabulary;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.filter.RuleRefusal;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.retrieve.EncodedQueries.Encoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// History in, candidates out, for one generation. Unknown items of a history are skipped and
/// counted; a history without a known item gets the popular items, marked as such. Exactly k
/// candidates or a stated shortfall.
///
/// For any number of threads, each with buffers of its own. Owns nothing: where embeddings come
/// from and the index are closed by whoever opened them.
public final class Retriever {

  private static final float[] NO_ACTIONS = {};
  private static final String[] NO_IDS = {};

  private final EmbeddingSource source;
  private final IdTable vocabulary;
  private final SeriesVocabulary series;
  private final ItemSource items;
  private final IdTable catalogue;

  /// Whether the catalogue's first rows are the vocabulary's, as they are unless a catalogue is
  /// built of other vectors than its model's: then one table tells both rows of an item.
  private final boolean oneTable;

  private final FilterCompiler filters;
  private final PopularItems popularItems;
  private final SearchOptions options;

  /// @param source of user embeddings
  /// @param vocabulary the model's; table row `r` is item row `r + 1` of the encoder
  /// @param items of one catalogue and what followed it
  /// @param filters for that catalogue
  public Retriever(
      EmbeddingSource source,
      IdTable vocabulary,
      ItemSource items,
      FilterCompiler filters,
      PopularItems popularItems,
      SearchOptions options) {
    this.source = source;
    this.vocabulary = vocabulary;
    this.series =
        new SeriesVocabulary(source.config().features().series(), source.config().items());
    this.items = items;
    this.catalogue = items.current().items().base().ids();
    this.oneTable = catalogue.startsWith(vocabulary);
    this.filters = filters;
    this.popularItems = popularItems;
    this.options = options;
  }

  /// Answers one query, and waits for its embedding where another thread or process makes it:
  /// [CachedRetriever] is for requests.
  ///
  /// @param buffers the calling thread's, overwritten
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  public Retrieval retrieve(RetrievalQuery query, RetrievalBuffers buffers) {
    Asked asked = ask(query, buffers);
    HistoryBatch window = asked.window();
    if (window == null) {
      return popular(asked);
    }
    long start = System.nanoTime();
    float[] embedding = embed(window);
    long encodeNanos = System.nanoTime() - start;
    return nearest(asked, embedding, validity(window), CacheUse.MISS, encodeNanos, buffers.found);
  }

  /// Looks the ids of a query up, against the items of this moment.
  ///
  /// @param buffers the calling thread's, overwritten
  Asked ask(RetrievalQuery query, RetrievalBuffers buffers) {
    Known known = known(query, buffers);
    return asked(query, known.window(), known.unknownItems(), buffers, oneTable);
  }

  /// What the model knows of a query's history.
  ///
  /// @param window its kept events, the record's own; null without a known event
  /// @param unknownItems events whose item the model does not know
  record Known(@Nullable HistoryBatch window, int unknownItems) {}

  /// Looks a history up.
  ///
  /// @param buffers the calling thread's, overwritten
  Known known(RetrievalQuery query, RetrievalBuffers buffers) {
    int known = lookUpHistory(query, buffers);
    return new Known(known == 0 ? null : keptWindow(buffers, known, query), query.events() - known);
  }

  /// @param rowsKnown whether the buffers hold the catalogue's rows of the query's events
  private Asked asked(
      RetrievalQuery query,
      @Nullable HistoryBatch window,
      int unknown,
      RetrievalBuffers buffers,
      boolean rowsKnown) {
    CurrentItems now = items.current();
    exclude(query, now.items(), buffers, rowsKnown);
    return new Asked(query, now, window, unknown, buffers.exclusions);
  }

  /// The embeddings of users, as [EmbeddingSource#embed] gives them to a request.
  CompletableFuture<float[]> embed(HistoryBatch windows, PendingRetrieval pending) {
    return source.embed(windows, pending.deadlineNanos(), pending.encoderWaits());
  }

  /// The same for callers that wait for them.
  private float[] embed(HistoryBatch windows) {
    return source.embed(windows, System.nanoTime() + EmbeddingSource.FOREVER_NANOS).join();
  }

  /// An array a user out of one for all.
  static float[][] rows(float[] flat, int users) {
    float[][] rows = new float[users][];
    int d = flat.length / users;
    for (int b = 0; b < users; b++) {
      rows[b] = Arrays.copyOfRange(flat, b * d, (b + 1) * d);
    }
    return rows;
  }

  private RequestInterval validity(HistoryBatch window) {
    long[] times = window.times();
    return source.config().sameEmbedding(times, 0, times.length, window.requestTimes()[0]);
  }

  /// Encodes the histories of many queries in one call, for [#retrieve] of each, and waits for it
  /// where another thread or process does it: for work that nobody's request waits behind.
  /// [CachedRetriever#encode] is for requests.
  ///
  /// @param buffers the calling thread's, overwritten
  public EncodedQueries encode(List<RetrievalQuery> queries, RetrievalBuffers buffers) {
    List<Known> known = queries.stream().map(query -> known(query, buffers)).toList();
    List<HistoryBatch> windows = new ArrayList<>(known.size());
    known.forEach(
        one -> {
          if (one.window() != null) {
            windows.add(one.window());
          }
        });
    long start = System.nanoTime();
    float[][] embeddings =
        windows.isEmpty()
            ? new float[0][]
            : rows(embed(HistoryBatch.concat(windows)), windows.size());
    long encodeNanos = windows.isEmpty() ? 0 : System.nanoTime() - start;
    List<Encoded> encoded = new ArrayList<>(known.size());
    int next = 0;
    for (int i = 0; i < known.size(); i++) {
      @Nullable HistoryBatch window = known.get(i).window();
      encoded.add(
          window == null
              ? Encoded.without(queries.get(i), known.get(i).unknownItems())
              : new Encoded(
                  queries.get(i),
                  known.get(i).unknownItems(),
                  embeddings[next++],
                  validity(window),
                  CacheUse.MISS,
                  null));
    }
    return new EncodedQueries(encoded, encodeNanos);
  }

  /// Answers one of many queries that were encoded together; its time in the encoder is an equal
  /// share of theirs.
  ///
  /// @param place of the query among them
  /// @param buffers the calling thread's, overwritten
  /// @throws java.util.concurrent.CompletionException when its history could not be encoded
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  public Retrieval retrieve(EncodedQueries encoded, int place, RetrievalBuffers buffers) {
    Encoded one = encoded.queries().get(place);
    one.require();
    Asked asked = asked(one.query(), null, one.unknownItems(), buffers, false);
    return one.embedding() == null || one.validity() == null
        ? popular(asked)
        : nearest(
            asked,
            one.embedding(),
            one.validity(),
            one.cache(),
            one.cache() == CacheUse.MISS ? encoded.encodeNanosEach() : 0,
            buffers.found);
  }

  /// Answers one query as [#retrieve] does, waiting as it does, and shows what the answer was made
  /// with.
  ///
  /// @param buffers the calling thread's, overwritten; the answer's filter is good until its next
  ///     query
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  public Examination examine(RetrievalQuery query, RetrievalBuffers buffers) {
    Asked asked = ask(query, buffers);
    HistoryBatch window = asked.window();
    ItemFilter filter =
        filters.compile(query.filter(), asked.now().items()).and(left(asked.exclusions()));
    if (window == null) {
      return new Examination(popular(asked), asked.now(), filter, new int[0], null);
    }
    float[] embedding = embed(window);
    Retrieval retrieval =
        nearest(asked, embedding, validity(window), CacheUse.MISS, 0, buffers.found);
    int items = source.config().items();
    int events = (int) Arrays.stream(window.items()).filter(row -> row <= items).count();
    int[] kept = lastKnown(query, events);
    return new Examination(retrieval, asked.now(), filter, kept, embedding);
  }

  /// The last so many events whose item the model knows, by their place in the query.
  private int[] lastKnown(RetrievalQuery query, int count) {
    int[] places = new int[count];
    int next = count;
    for (int i = query.events() - 1; next > 0; i--) {
      if (vocabulary.rowOf(query.itemIds()[i]) != IdTable.NOT_FOUND) {
        places[--next] = i;
      }
    }
    return places;
  }

  /// Why the query's rule refuses an item.
  ///
  /// @param row of `items`
  /// @return empty where it accepts it
  public Optional<RuleRefusal> refusal(RetrievalQuery query, ItemView items, int row) {
    return filters.refusal(query.filter(), items, row);
  }

  /// Where an item stands among the popular items that an answer may give.
  ///
  /// @param row of an item that may be returned
  /// @return at least 1
  public long popularRank(Examination seen, int row) {
    return popularItems.rank(row, seen.filter(), seen.items().items());
  }

  /// Whether the model knows an item.
  public boolean knows(String itemId) {
    return vocabulary.rowOf(itemId) != IdTable.NOT_FOUND;
  }

  /// What an exact search would have answered a query with.
  ///
  /// @param now the items that the answer was searched in
  /// @param embedding that it was searched with
  /// @param buffers the calling thread's, overwritten
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have any more
  public ExactAnswer exact(
      RetrievalQuery query, CurrentItems now, float[] embedding, RetrievalBuffers buffers) {
    exclude(query, now.items(), buffers, false);
    ItemFilter rule = filters.compile(query.filter(), now.items());
    ItemFilter filter = rule.and(left(buffers.exclusions));
    now.index().search(embedding, query.k(), filter, SearchOptions.EXACT, buffers.found);
    int passing = Math.min(now.live(), rule.maxAccepted(now.items().rows()));
    return new ExactAnswer(
        externalIds(buffers.found, now.items()), (double) passing / Math.max(1, now.live()));
  }

  /// The popular items, for a query without a known event.
  Retrieval popular(Asked asked) {
    ItemView items = asked.now().items();
    int k = asked.query().k();
    ItemFilter rule = filters.compile(asked.query().filter(), items);
    ItemFilter filter = rule.and(left(asked.exclusions()));
    long start = System.nanoTime();
    List<Candidate> popular = popularItems.first(k, filter, items);
    Shortfall shortfall = shortfall(k, popular.size(), rule, asked.now(), asked.exclusions());
    return new Retrieval(
        popular,
        Ranking.POPULARITY,
        null,
        asked.unknownItems(),
        shortfall,
        null,
        CacheUse.MISS,
        0,
        System.nanoTime() - start);
  }

  /// How the index is searched for a full answer.
  SearchOptions options() {
    return options;
  }

  /// The items nearest to a user, for a full answer.
  ///
  /// @param found overwritten
  Retrieval nearest(
      Asked asked,
      float[] embedding,
      RequestInterval validity,
      CacheUse use,
      long encodeNanos,
      Candidates found) {
    return nearest(asked, embedding, validity, options, use, encodeNanos, found);
  }

  /// The items nearest to a user.
  ///
  /// @param search how the index is searched
  /// @param found overwritten
  Retrieval nearest(
      Asked asked,
      float[] embedding,
      RequestInterval validity,
      SearchOptions search,
      CacheUse use,
      long encodeNanos,
      Candidates found) {
    CurrentItems now = asked.now();
    int k = asked.query().k();
    ItemFilter rule = filters.compile(asked.query().filter(), now.items());
    ItemFilter filter = rule.and(left(asked.exclusions()));
    long start = System.nanoTime();
    now.index().search(embedding, k, filter, search, found);
    List<Candidate> candidates = externalIds(found, now.items());
    long searchNanos = System.nanoTime() - start;
    return new Retrieval(
        candidates,
        Ranking.MODEL,
        found.path(),
        asked.unknownItems(),
        shortfall(k, candidates.size(), rule, now, asked.exclusions()),
        validity,
        use,
        encodeNanos,
        searchNanos);
  }

  /// The items as they are now.
  public CurrentItems items() {
    return items.current();
  }

  /// The most popular items of the catalogue, at most `k`.
  public List<Candidate> popular(int k) {
    return popularItems.first(k, ItemFilter.all(), items.current().items());
  }

  /// What exclusions leave.
  private static ItemFilter left(ExclusionSet exclusions) {
    return exclusions.size() == 0 ? ItemFilter.all() : exclusions;
  }

  private void exclude(
      RetrievalQuery query, ItemView items, RetrievalBuffers buffers, boolean rowsKnown) {
    String[] seen = query.excludeSeen() ? query.itemIds() : NO_IDS;
    String[] others = query.excludedItemIds();
    buffers.exclusions.reset(seen.length + others.length);
    if (!rowsKnown) {
      catalogue.rowsOf(seen, buffers.rows(seen.length));
    }
    exclude(seen, items, buffers);
    catalogue.rowsOf(others, buffers.rows(others.length));
    exclude(others, items, buffers);
  }

  /// @param buffers hold the catalogue's rows of the ids
  private static void exclude(String[] ids, ItemView items, RetrievalBuffers buffers) {
    int[] baseRows = buffers.rows(ids.length);
    for (int i = 0; i < ids.length; i++) {
      int row = items.rowOf(ids[i], baseRows[i]);
      if (row != IdTable.NOT_FOUND) {
        buffers.exclusions.add(row);
      }
    }
  }

  /// Leaves the known events in the buffers, and the row of every event in the table that was
  /// asked.
  ///
  /// @return how many they are
  private int lookUpHistory(RetrievalQuery query, RetrievalBuffers buffers) {
    buffers.reserveEvents(query.events());
    int[] rows = buffers.rows(query.events());
    (oneTable ? catalogue : vocabulary).rowsOf(query.itemIds(), rows);
    int known = 0;
    for (int i = 0; i < query.events(); i++) {
      int row = rows[i];
      if (row != IdTable.NOT_FOUND && row < vocabulary.size()) {
        buffers.items()[known] = row + 1;
        buffers.times()[known] = query.times()[i];
        buffers.actions()[known] = query.actions().length == 0 ? Float.NaN : query.actions()[i];
        known++;
      }
    }
    return known;
  }

  private HistoryBatch keptWindow(RetrievalBuffers buffers, int known, RetrievalQuery query) {
    int start = source.config().window().start(known);
    // A model that reads no actions gets none, so that they can't tell its embeddings' keys apart.
    boolean reads = source.config().features().actionRows() > 0;
    UserAttributes said = query.attributes();
    UserHistory newest =
        new UserHistory(
            Arrays.copyOfRange(buffers.items(), start, known),
            Arrays.copyOfRange(buffers.times(), start, known),
            reads ? Arrays.copyOfRange(buffers.actions(), start, known) : NO_ACTIONS,
            query.requestTime(),
            said.names().length == 0
                ? SeriesEntries.NONE
                : series.entries(said.names(), said.values(), said.since()));
    UserHistory tokens = newest.merged(source.config().window());
    return new HistoryBatch(
        new int[] {0, tokens.length()},
        tokens.items(),
        tokens.times(),
        tokens.actions(),
        new long[] {query.requestTime()});
  }

  private static List<Candidate> externalIds(Candidates found, ItemView items) {
    String[] ids = items.idsAt(found.rows());
    List<Candidate> candidates = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      candidates.add(new Candidate(ids[i], found.score(i)));
    }
    return candidates;
  }

  private static @Nullable Shortfall shortfall(
      int requested, int returned, ItemFilter rule, CurrentItems now, ExclusionSet exclusions) {
    if (returned == requested) {
      return null;
    }
    String reason =
        rule == ItemFilter.all()
            ? "the catalogue has %d items and %d of them are seen or excluded"
                .formatted(now.live(), exclusions.size())
            : filteredReason(rule, returned, now);
    return new Shortfall(requested, returned, reason);
  }

  /// All that pass the rule and aren't returned must be excluded, or there would be no shortfall.
  private static String filteredReason(ItemFilter rule, int returned, CurrentItems now) {
    ItemView items = now.items();
    int passing = 0;
    int row = rule.nextAccepted(0, items.rows());
    while (row < items.rows()) {
      passing += items.isLive(row) ? 1 : 0;
      row = rule.nextAccepted(row + 1, items.rows());
    }
    return "the catalogue has %d items, %d of them pass the filter and %d of those are seen or excluded"
        .formatted(now.live(), passing, passing - returned);
  }
}
