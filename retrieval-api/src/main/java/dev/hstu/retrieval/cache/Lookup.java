package dev.hstu.retrieval.cache;

import java.util.concurrent.CompletionStage;

/// What became of asking a [SingleFlightCache] for a value.
public sealed interface Lookup<V> {

  /// It was there.
  record Kept<V>(V value) implements Lookup<V> {}

  /// It was made now, by this caller.
  record Made<V>(V value) implements Lookup<V> {}

  /// Another caller is making it.
  ///
  /// @param landing completes when that one has ended, well or not: then ask again
  record InFlight<V>(CompletionStage<?> landing) implements Lookup<V> {}
}
