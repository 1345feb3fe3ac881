package dev.hstu.retrieval.retrieve;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to a [RetrievalQuery].
///
/// @param candidates best first, equal scores by catalogue row; k of them unless `shortfall` says
///     why not
/// @param ranking where the order comes from
/// @param unknownItems events whose item the model does not know; they were skipped
/// @param encodeNanos time in the encoder, 0 without a known event
/// @param searchNanos time in the index or the popular list
public record Retrieval(
    List<Candidate> candidates,
    Ranking ranking,
    int unknownItems,
    @Nullable Shortfall shortfall,
    long encodeNanos,
    long searchNanos) {

  public Retrieval {
    candidates = List.copyOf(candidates);
  }
}
