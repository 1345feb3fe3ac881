package dev.hstu.retrieval.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// What became of asking a [SingleFlightCache] for a value.
public sealed interface Lookup<V> {

  /// It was there.
  record Kept<V>(V value) implements Lookup<V> {}

  /// It was made now, by this caller.
  record Made<V>(V value) implements Lookup<V> {}

  /// It is being made for this caller, by another thread.
  ///
  /// @param value is kept when this completes
  record Making<V>(CompletableFuture<V> value) implements Lookup<V> {}

  /// Another caller has it made.
  ///
  /// @param landing completes when that has ended, well or not: then ask again
  record InFlight<V>(CompletionStage<?> landing) implements Lookup<V> {}

  /// Of a value made for this caller, perhaps already.
  ///
  /// @throws java.util.concurrent.CompletionException when it could not be made
  static <V> Lookup<V> made(CompletableFuture<V> value) {
    return value.isDone() ? new Made<>(value.join()) : new Making<>(value);
  }
}
