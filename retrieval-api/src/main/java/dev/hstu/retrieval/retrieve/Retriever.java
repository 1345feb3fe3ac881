package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.retrieve.EncodedQueries.Encoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// History in, candidates out, for one generation. Unknown items of a history are skipped and
/// counted; a history without a known item gets the popular items, marked as such. Exactly k
/// candidates or a stated shortfall.
///
/// For any number of threads, each with buffers of its own. Owns nothing: encoder and index are
/// closed by whoever opened them.
public final class Retriever {

  private final UserEncoder encoder;
  private final IdTable vocabulary;
  private final ItemSource source;
  private final FilterCompiler filters;
  private final PopularItems popularItems;
  private final SearchOptions options;

  /// @param vocabulary the model's; table row `r` is item row `r + 1` of the encoder
  /// @param source of the items of one catalogue and what followed it
  /// @param filters for that catalogue
  public Retriever(
      UserEncoder encoder,
      IdTable vocabulary,
      ItemSource source,
      FilterCompiler filters,
      PopularItems popularItems,
      SearchOptions options) {
    this.encoder = encoder;
    this.vocabulary = vocabulary;
    this.source = source;
    this.filters = filters;
    this.popularItems = popularItems;
    this.options = options;
  }

  /// Answers one query.
  ///
  /// @param buffers the calling thread's, overwritten
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  public Retrieval retrieve(RetrievalQuery query, RetrievalBuffers buffers) {
    int known = lookUpHistory(query, buffers);
    int unknown = query.events() - known;
    if (known == 0) {
      return mostPopular(query, unknown, buffers);
    }
    float[] embedding = buffers.embedding(encoder.config().embeddingDim());
    HistoryBatch window = keptWindow(buffers, known, query.requestTime());
    long start = System.nanoTime();
    encoder.encode(window, embedding);
    return nearest(query, unknown, embedding, System.nanoTime() - start, buffers);
  }

  /// Encodes the histories of many queries in one call of the encoder, for [#retrieve] of each.
  ///
  /// @param buffers the calling thread's, overwritten
  public EncodedQueries encode(List<RetrievalQuery> queries, RetrievalBuffers buffers) {
    int[] known = new int[queries.size()];
    List<UserHistory> windows = new ArrayList<>(queries.size());
    for (int i = 0; i < known.length; i++) {
      known[i] = lookUpHistory(queries.get(i), buffers);
      if (known[i] > 0) {
        windows.add(keptHistory(buffers, known[i], queries.get(i).requestTime()));
      }
    }
    long start = System.nanoTime();
    float[][] embeddings = windows.isEmpty() ? new float[0][] : encoder.encode(windows);
    long encodeNanos = windows.isEmpty() ? 0 : System.nanoTime() - start;
    List<Encoded> encoded = new ArrayList<>(known.length);
    int next = 0;
    for (int i = 0; i < known.length; i++) {
      RetrievalQuery query = queries.get(i);
      float[] embedding = known[i] > 0 ? embeddings[next++] : null;
      encoded.add(new Encoded(query, query.events() - known[i], embedding));
    }
    return new EncodedQueries(encoded, encodeNanos);
  }

  /// Answers one of many queries that were encoded together; its time in the encoder is an equal
  /// share of theirs.
  ///
  /// @param place of the query among them
  /// @param buffers the calling thread's, overwritten
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  public Retrieval retrieve(EncodedQueries encoded, int place, RetrievalBuffers buffers) {
    Encoded one = encoded.queries().get(place);
    return one.embedding() == null
        ? mostPopular(one.query(), one.unknownItems(), buffers)
        : nearest(
            one.query(), one.unknownItems(), one.embedding(), encoded.encodeNanosEach(), buffers);
  }

  private Retrieval mostPopular(RetrievalQuery query, int unknown, RetrievalBuffers buffers) {
    CurrentItems now = source.current();
    ItemFilter rule = filters.compile(query.filter(), now.items());
    ItemFilter filter = rule.and(exclusions(query, now.items(), buffers.exclusions));
    long start = System.nanoTime();
    List<Candidate> popular = popularItems.first(query.k(), filter, now.items());
    Shortfall shortfall = shortfall(query.k(), popular.size(), rule, now, buffers.exclusions);
    return new Retrieval(
        popular, Ranking.POPULARITY, null, unknown, shortfall, 0, System.nanoTime() - start);
  }

  private Retrieval nearest(
      RetrievalQuery query,
      int unknown,
      float[] embedding,
      long encodeNanos,
      RetrievalBuffers buffers) {
    CurrentItems now = source.current();
    ItemFilter rule = filters.compile(query.filter(), now.items());
    ItemFilter filter = rule.and(exclusions(query, now.items(), buffers.exclusions));
    long start = System.nanoTime();
    now.index().search(embedding, query.k(), filter, options, buffers.found);
    List<Candidate> candidates = externalIds(buffers.found, now.items());
    long searchNanos = System.nanoTime() - start;
    return new Retrieval(
        candidates,
        Ranking.MODEL,
        buffers.found.path(),
        unknown,
        shortfall(query.k(), candidates.size(), rule, now, buffers.exclusions),
        encodeNanos,
        searchNanos);
  }

  /// The most popular items of the catalogue, at most `k`.
  public List<Candidate> popular(int k) {
    return popularItems.first(k, ItemFilter.all(), source.current().items());
  }

  private static ItemFilter exclusions(
      RetrievalQuery query, ItemView items, ExclusionSet exclusions) {
    int seen = query.excludeSeen() ? query.events() : 0;
    exclusions.reset(seen + query.excludedItemIds().length);
    for (int i = 0; i < seen; i++) {
      exclude(query.itemIds()[i], items, exclusions);
    }
    for (String id : query.excludedItemIds()) {
      exclude(id, items, exclusions);
    }
    return exclusions.size() == 0 ? ItemFilter.all() : exclusions;
  }

  private static void exclude(String id, ItemView items, ExclusionSet exclusions) {
    int row = items.rowOf(id);
    if (row != IdTable.NOT_FOUND) {
      exclusions.add(row);
    }
  }

  /// Leaves the known events in the buffers.
  ///
  /// @return how many they are
  private int lookUpHistory(RetrievalQuery query, RetrievalBuffers buffers) {
    buffers.reserveEvents(query.events());
    int known = 0;
    for (int i = 0; i < query.events(); i++) {
      int row = vocabulary.rowOf(query.itemIds()[i]);
      if (row != IdTable.NOT_FOUND) {
        buffers.items()[known] = row + 1;
        buffers.times()[known] = query.times()[i];
        known++;
      }
    }
    return known;
  }

  private HistoryBatch keptWindow(RetrievalBuffers buffers, int known, long requestTime) {
    int start = encoder.config().window().start(known);
    return new HistoryBatch(
        new int[] {0, known - start},
        Arrays.copyOfRange(buffers.items(), start, known),
        Arrays.copyOfRange(buffers.times(), start, known),
        new long[] {requestTime});
  }

  private UserHistory keptHistory(RetrievalBuffers buffers, int known, long requestTime) {
    int start = encoder.config().window().start(known);
    return new UserHistory(
        Arrays.copyOfRange(buffers.items(), start, known),
        Arrays.copyOfRange(buffers.times(), start, known),
        requestTime);
  }

  private static List<Candidate> externalIds(Candidates found, ItemView items) {
    List<Candidate> candidates = new ArrayList<>(found.size());
    for (int i = 0; i < found.size(); i++) {
      candidates.add(new Candidate(items.idAt(found.row(i)), found.score(i)));
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
