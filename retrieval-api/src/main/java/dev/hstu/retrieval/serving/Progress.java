package dev.hstu.retrieval.serving;

import java.util.concurrent.CompletionStage;

/// How far a piece of work has come on a worker.
///
/// @param <T> what the work gives
public sealed interface Progress<T> {

  /// To its end.
  record Done<T>(T value) implements Progress<T> {}

  /// It needs what other work is computing, and gives its worker back. It is begun again, from the
  /// start, when that has ended.
  ///
  /// @param until completes when the other work has ended, well or not
  record Parked<T>(CompletionStage<?> until) implements Progress<T> {}
}
