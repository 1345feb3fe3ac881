package dev.hstu.retrieval.serving;

import java.util.concurrent.CompletableFuture;

/// Whether work was taken on.
///
/// @param <T> what the work gives
public sealed interface Admission<T> {

  /// Taken on; the answer completes exceptionally with [java.util.concurrent.TimeoutException] past
  /// the deadline, and with whatever the work throws.
  record Admitted<T>(CompletableFuture<T> answer) implements Admission<T> {}

  /// Turned away: every worker is busy and the queue is full.
  ///
  /// @param queued requests waiting
  record QueueFull<T>(int queued) implements Admission<T> {}

  /// Turned away: the process is stopping.
  record Stopping<T>() implements Admission<T> {}
}
