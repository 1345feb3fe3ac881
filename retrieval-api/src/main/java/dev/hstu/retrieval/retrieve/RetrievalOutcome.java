package dev.hstu.retrieval.retrieve;

import java.util.concurrent.CompletionStage;

/// What became of a query that may use what is kept.
public sealed interface RetrievalOutcome {

  /// It is answered.
  ///
  /// @param retrieval without its list
  /// @param candidates the list as the [CandidateFormat] wrote it, shared and not to be changed
  record Answered(Retrieval retrieval, byte[] candidates) implements RetrievalOutcome {}

  /// Another query is computing what this one needs.
  ///
  /// @param until completes when that one has ended, well or not: then ask again
  record Waiting(CompletionStage<?> until) implements RetrievalOutcome {}
}
