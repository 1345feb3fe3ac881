package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.IdTable;
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
    CurrentItems now = source.current();
    ItemView items = now.items();
    ItemFilter rule = filters.compile(query.filter(), items);
    ItemFilter filter = rule.and(exclusions(query, items, buffers.exclusions));
    int known = lookUpHistory(query, buffers);
    int unknown = query.events() - known;
    if (known == 0) {
      long start = System.nanoTime();
      List<Candidate> popular = popularItems.first(query.k(), filter, items);
      Shortfall shortfall = shortfall(query.k(), popular.size(), rule, now, buffers.exclusions);
      return new Retrieval(
          popular, Ranking.POPULARITY, null, unknown, shortfall, 0, System.nanoTime() - start);
    }
    float[] embedding = buffers.embedding(now.index().dimension());
    HistoryBatch window = keptWindow(buffers, known, query.requestTime());
    long start = System.nanoTime();
    encoder.encode(window, embedding);
    long encoded = System.nanoTime();
    now.index().search(embedding, query.k(), filter, options, buffers.found);
    List<Candidate> candidates = externalIds(buffers.found, items);
    long searched = System.nanoTime();
    return new Retrieval(
        candidates,
        Ranking.MODEL,
        buffers.found.path(),
        unknown,
        shortfall(query.k(), candidates.size(), rule, now, buffers.exclusions),
        encoded - start,
        searched - encoded);
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
