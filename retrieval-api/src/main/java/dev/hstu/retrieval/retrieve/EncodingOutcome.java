package dev.hstu.retrieval.retrieve;

import java.util.concurrent.CompletionStage;

/// What became of queries whose histories are to be encoded.
public sealed interface EncodingOutcome {

  /// They are.
  record Encoded(EncodedQueries queries) implements EncodingOutcome {}

  /// They are being encoded elsewhere.
  ///
  /// @param until completes when that has ended, well or not: then ask again
  record Waiting(CompletionStage<?> until) implements EncodingOutcome {}
}
