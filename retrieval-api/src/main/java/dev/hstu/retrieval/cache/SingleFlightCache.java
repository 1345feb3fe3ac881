package dev.hstu.retrieval.cache;

import com.github.benmanes.caffeine.cache.Cache;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A cache in which one caller makes what is missing while others are told to come again: nobody's
/// thread waits. A failure is its caller's own and nothing is kept of it. Without a cache behind it
/// every caller makes its value. For any number of threads.
public final class SingleFlightCache<K, V> {

  private final @Nullable Cache<K, V> kept;
  private final ConcurrentMap<K, CompletableFuture<Void>> flights = new ConcurrentHashMap<>();

  /// @param kept null where nothing is to be kept
  SingleFlightCache(@Nullable Cache<K, V> kept) {
    this.kept = kept;
  }

  /// Whether anything is kept at all.
  public boolean isOn() {
    return kept != null;
  }

  /// The value of a key, if it is there.
  public @Nullable V find(K key) {
    return kept == null ? null : kept.getIfPresent(key);
  }

  /// The value of a key, made where it isn't there and nobody is making it.
  ///
  /// @param maker runs on this thread, if at all
  /// @param mayWait whether the caller would come again; if not, the value is made beside another
  ///     caller that makes it
  public Lookup<V> get(K key, Supplier<V> maker, boolean mayWait) {
    if (kept == null) {
      return new Lookup.Made<>(maker.get());
    }
    @Nullable V there = kept.getIfPresent(key);
    if (there != null) {
      return new Lookup.Kept<>(there);
    }
    CompletableFuture<Void> own = new CompletableFuture<>();
    @Nullable CompletableFuture<Void> other = flights.putIfAbsent(key, own);
    if (other != null) {
      return mayWait
          ? new Lookup.InFlight<>(other.minimalCompletionStage())
          : new Lookup.Made<>(maker.get());
    }
    try {
      // Another flight may have landed between the two looks.
      there = kept.getIfPresent(key);
      return there != null ? new Lookup.Kept<>(there) : new Lookup.Made<>(made(kept, key, maker));
    } finally {
      flights.remove(key, own);
      own.complete(null);
    }
  }

  /// Memory taken by what is kept, as weighed.
  long bytes() {
    return kept == null
        ? 0
        : kept.policy()
            .eviction()
            .flatMap(e -> e.weightedSize().stream().boxed().findAny())
            .orElse(0L);
  }

  /// Number of values kept, about.
  long size() {
    return kept == null ? 0 : kept.estimatedSize();
  }

  /// Forgets values by their keys.
  void dropIf(Predicate<K> condition) {
    if (kept != null) {
      kept.asMap().keySet().removeIf(condition);
    }
  }

  private static <K, V> V made(Cache<K, V> kept, K key, Supplier<V> maker) {
    V value = maker.get();
    kept.put(key, value);
    return value;
  }
}
