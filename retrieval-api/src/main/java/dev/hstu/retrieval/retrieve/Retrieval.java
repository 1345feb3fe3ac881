package dev.hstu.retrieval.retrieve;

import dev.hstu.index.search.SearchPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to a [RetrievalQuery].
///
/// @param candidates best first, equal scores by catalogue row; k of them unless `shortfall` says
///     why not
/// @param ranking where the order comes from
/// @param path how the index found them; null where the order is popularity
/// @param unknownItems events whose item the model does not know; they were skipped
/// @param encodeNanos time in the encoder, 0 without a known event
/// @param searchNanos time in the index or the popular list
public record Retrieval(
    List<Candidate> candidates,
    Ranking ranking,
    @Nullable SearchPath path,
    int unknownItems,
    @Nullable Shortfall shortfall,
    long encodeNanos,
    long searchNanos) {

  public Retrieval {
    candidates = List.copyOf(candidates);
  }
}
