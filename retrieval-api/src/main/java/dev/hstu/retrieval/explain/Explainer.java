package dev.hstu.retrieval.explain;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.census.ExactRank;
import dev.hstu.index.census.RowVectors;
import dev.hstu.index.live.ItemUpdate;
import dev.hstu.index.live.LoggedUpdate;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.retrieve.Candidate;
import dev.hstu.retrieval.retrieve.CurrentItems;
import dev.hstu.retrieval.retrieve.Examination;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.retrieve.Retriever;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Says why an item was returned for a history, or why not, by answering the query as it is served
/// and looking at the item in everything that the answer was made with.
///
/// Costs a retrieval, an encoding of as many histories as events are tried, and, for an item that
/// was not returned, one comparison of the user with every item; where it should have been
/// returned, a census besides. For any number of threads, each with buffers of its own.
public final class Explainer {

  /// History items shown: enough to see the likeness.
  private static final int CLOSEST = 5;

  private final Retriever retriever;
  private final VectorMatrix vectors;
  private final String modelFingerprint;
  private final UpdateTrail trail;
  private final int maxEvents;
  private final ReachableRows reachable = new ReachableRows();

  /// @param retriever what answers, of one generation
  /// @param vectors of its catalogue's rows, open as long as it
  /// @param modelFingerprint of its model
  /// @param maxEvents whose contributions are tried
  public Explainer(
      Retriever retriever,
      VectorMatrix vectors,
      String modelFingerprint,
      UpdateTrail trail,
      int maxEvents) {
    this.retriever = retriever;
    this.vectors = vectors;
    this.modelFingerprint = modelFingerprint;
    this.trail = trail;
    this.maxEvents = maxEvents;
  }

  /// Explains one item of one query, whose request lists all items that it leaves out.
  ///
  /// @param buffers the calling thread's, overwritten
  public Explanation explain(RetrievalQuery query, String itemId, RetrievalBuffers buffers) {
    return explain(query, LeftOut.listed(query), itemId, buffers);
  }

  /// Explains one item of one query.
  ///
  /// @param left why the query leaves items out by their ids
  /// @param buffers the calling thread's, overwritten
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  /// @throws java.io.UncheckedIOException when index or log can't be read
  public Explanation explain(
      RetrievalQuery query, LeftOut left, String itemId, RetrievalBuffers buffers) {
    Examination seen = retriever.examine(query, buffers);
    int row = seen.items().items().rowOf(itemId);
    if (row == IdTable.NOT_FOUND) {
      return without(seen, itemId, absent(itemId, seen.items()), List.of());
    }
    List<Verdict> exclusions = exclusions(query, left, seen.items().items(), row);
    int place = place(itemId, seen.retrieval().candidates());
    float[] embedding = seen.embedding();
    if (embedding == null) {
      Verdict verdict =
          place > 0
              ? new Verdict.Returned(place, true)
              : exclusions.isEmpty()
                  ? new Verdict.NotPopularEnough(retriever.popularRank(seen, row), query.k())
                  : exclusions.getFirst();
      return without(seen, itemId, verdict, exclusions);
    }
    Verdict verdict =
        place > 0
            ? new Verdict.Returned(place, false)
            : exclusions.isEmpty()
                ? ranked(query.k(), seen, embedding, row)
                : exclusions.getFirst();
    RowVectors rows = new RowVectors(seen.items().index(), vectors);
    Likeness likeness = new Likeness(query, seen, rows, rows.of(row));
    return new Explanation(
        itemId,
        seen.retrieval(),
        verdict,
        besides(verdict, exclusions),
        rows.product(embedding, row),
        likeness.contributions(retriever, buffers, maxEvents),
        Math.max(0, seen.keptEvents().length - maxEvents),
        likeness.closest(seen, CLOSEST));
  }

  private static Explanation without(
      Examination seen, String itemId, Verdict verdict, List<Verdict> exclusions) {
    return new Explanation(
        itemId,
        seen.retrieval(),
        verdict,
        besides(verdict, exclusions),
        null,
        List.of(),
        0,
        List.of());
  }

  private static List<Verdict> besides(Verdict verdict, List<Verdict> exclusions) {
    return exclusions.stream().filter(cause -> cause != verdict).toList();
  }

  /// Why no row of the items is this item's.
  private Verdict absent(String itemId, CurrentItems now) {
    Optional<LoggedUpdate> last = trail.last(itemId);
    if (last.isPresent()) {
      long sequence = last.get().sequence();
      boolean foreign = !last.get().modelFingerprint().equals(modelFingerprint);
      switch (last.get().update()) {
        case ItemUpdate.Delete _ -> {
          return new Verdict.Deleted(OptionalLong.of(sequence));
        }
        case ItemUpdate.Upsert _ -> {
          if (foreign || sequence > now.version()) {
            return new Verdict.ArrivedLater(sequence, foreign);
          }
        }
      }
    }
    return now.items().base().ids().rowOf(itemId) == IdTable.NOT_FOUND
        ? new Verdict.UnknownItem(retriever.knows(itemId))
        : new Verdict.Deleted(OptionalLong.empty());
  }

  /// What leaves a row out whatever its score, first to last in precedence.
  private List<Verdict> exclusions(RetrievalQuery query, LeftOut left, ItemView items, int row) {
    List<Verdict> causes = new ArrayList<>();
    retriever.refusal(query, items, row).map(Verdict.RefusedByFilter::new).ifPresent(causes::add);
    if (left.listed().stream().anyMatch(id -> items.rowOf(id) == row)) {
      causes.add(new Verdict.Denied());
    }
    lastServed(left, items, row).ifPresent(time -> causes.add(new Verdict.Served(time)));
    lastSeen(query, items, row).ifPresent(time -> causes.add(new Verdict.Seen(time)));
    return causes;
  }

  private static OptionalLong lastServed(LeftOut left, ItemView items, int row) {
    return left.servedAt().entrySet().stream()
        .filter(served -> items.rowOf(served.getKey()) == row)
        .mapToLong(Map.Entry::getValue)
        .max();
  }

  private static OptionalLong lastSeen(RetrievalQuery query, ItemView items, int row) {
    for (int i = query.excludeSeen() ? query.events() - 1 : -1; i >= 0; i--) {
      if (items.rowOf(query.itemIds()[i]) == row) {
        return OptionalLong.of(query.times()[i]);
      }
    }
    return OptionalLong.empty();
  }

  /// Why a row that may be returned wasn't.
  private Verdict ranked(int k, Examination seen, float[] embedding, int row) {
    CurrentItems now = seen.items();
    Optional<ExactRank> exact =
        ExactRank.of(now.index(), vectors, now.items(), seen.filter(), embedding, row);
    if (exact.isEmpty()) {
      return new Verdict.Unreachable(OptionalLong.empty(), k);
    }
    long rank = exact.get().rank();
    if (rank > k) {
      return new Verdict.Outranked(rank, k);
    }
    return reachable.holds(now.index(), row)
        ? new Verdict.Missed(rank, k)
        : new Verdict.Unreachable(OptionalLong.of(rank), k);
  }

  private static int place(String itemId, List<Candidate> candidates) {
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.get(i).itemId().equals(itemId)) {
        return i + 1;
      }
    }
    return 0;
  }
}
