package dev.hstu.retrieval.retrieve;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// What became of a query that may use what is kept.
public sealed interface RetrievalOutcome {

  /// It is answered.
  ///
  /// @param retrieval without its list
  /// @param candidates the list as the [CandidateFormat] wrote it, shared and not to be changed
  /// @param embedding what the list was searched with, shared and not to be changed; null for
  ///     popular items
  /// @param items that it was searched in, or others of the same version
  /// @param setsVersion of the named sets that the filter saw, or of earlier ones; 0 where it names
  ///     none
  /// @param quality what was done without
  record Answered(
      Retrieval retrieval,
      byte[] candidates,
      float @Nullable [] embedding,
      CurrentItems items,
      long setsVersion,
      AnswerQuality quality)
      implements RetrievalOutcome {}

  /// Another query, or another thread for this one, is computing what it needs.
  ///
  /// @param until completes when that has ended, well or not: then ask again
  record Waiting(CompletionStage<?> until) implements RetrievalOutcome {}
}
