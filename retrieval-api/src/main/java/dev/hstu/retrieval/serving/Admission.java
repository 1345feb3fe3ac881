package dev.hstu.retrieval.serving;

import java.util.concurrent.CompletableFuture;

/// Whether work was taken on.
///
/// @param <T> what the work gives
public sealed interface Admission<T> {

  /// Taken on; the answer completes exceptionally with [java.util.concurrent.TimeoutException] past
  /// the deadline, and with whatever the work throws.
  record Admitted<T>(CompletableFuture<T> answer) implements Admission<T> {}

  /// Turned away for too much load.
  sealed interface Overload<T> extends Admission<T> {}

  /// Every worker is busy and the queue is full.
  ///
  /// @param queued requests waiting
  record QueueFull<T>(int queued) implements Overload<T> {}

  /// As many are under way as their latency allows.
  ///
  /// @param limit how many that are
  record OverLimit<T>(int limit) implements Overload<T> {}

  /// It would wait past its deadline.
  ///
  /// @param waitMillis how long, as foreseen
  /// @param deadlineMillis how long it may take
  record TooLate<T>(long waitMillis, long deadlineMillis) implements Overload<T> {}

  /// Turned away: the process is stopping.
  record Stopping<T>() implements Admission<T> {}
}
