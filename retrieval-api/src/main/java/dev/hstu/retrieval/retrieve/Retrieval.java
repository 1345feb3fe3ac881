package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.index.search.SearchPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to a [RetrievalQuery].
///
/// @param candidates best first, equal scores by catalogue row; k of them unless `shortfall` says
///     why not; empty in [RetrievalOutcome.Answered], which has them in another form
/// @param ranking where the order comes from
/// @param path how the index found them; null where the order is popularity
/// @param unknownItems events whose item the model does not know; they were skipped
/// @param validity the request times for which the user embedding is the same; null where the order
///     is popularity, which doesn't depend on it
/// @param cache how much of it was there already
/// @param encodeNanos time in the encoder, 0 where it wasn't needed
/// @param searchNanos time in the index or the popular list, 0 for a list that was there
public record Retrieval(
    List<Candidate> candidates,
    Ranking ranking,
    @Nullable SearchPath path,
    int unknownItems,
    @Nullable Shortfall shortfall,
    @Nullable RequestInterval validity,
    CacheUse cache,
    long encodeNanos,
    long searchNanos) {

  public Retrieval {
    candidates = List.copyOf(candidates);
  }

  /// The same as it is when all of it was there.
  public Retrieval asKept() {
    return new Retrieval(
        List.of(), ranking, path, unknownItems, shortfall, validity, CacheUse.RESULT, 0, 0);
  }

  /// The same without its list.
  Retrieval withoutCandidates() {
    return new Retrieval(
        List.of(),
        ranking,
        path,
        unknownItems,
        shortfall,
        validity,
        cache,
        encodeNanos,
        searchNanos);
  }
}
