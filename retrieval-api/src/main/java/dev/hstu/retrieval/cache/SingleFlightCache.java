package dev.hstu.retrieval.cache;

import com.github.benmanes.caffeine.cache.Cache;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A cache in which one caller makes what is missing, or has it made, while others are told to come
/// again: nobody's thread waits. A failure is its caller's own and nothing is kept of it. Without a
/// cache behind it every caller makes its value. For any number of threads.
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

  /// The value of a key, made on this thread where it isn't there and nobody is making it.
  ///
  /// @param mayWait whether the caller would come again; if not, the value is made beside another
  ///     caller that makes it
  public Lookup<V> get(K key, Supplier<V> maker, boolean mayWait) {
    return getAsync(key, () -> CompletableFuture.completedFuture(maker.get()), mayWait);
  }

  /// As [#get], of a value that another thread may make after this call has returned.
  ///
  /// @param maker begins to make it, on this thread, if at all
  public Lookup<V> getAsync(K key, Supplier<CompletableFuture<V>> maker, boolean mayWait) {
    if (kept == null) {
      return Lookup.made(maker.get());
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
          : Lookup.made(maker.get());
    }
    boolean flying = false;
    try {
      // Another flight may have landed between the two looks.
      there = kept.getIfPresent(key);
      if (there != null) {
        return new Lookup.Kept<>(there);
      }
      CompletableFuture<V> making = maker.get();
      if (making.isDone()) {
        V value = making.join();
        kept.put(key, value);
        return new Lookup.Made<>(value);
      }
      flying = true;
      return new Lookup.Making<>(
          making.whenComplete(
              (value, failure) -> {
                if (failure == null) {
                  kept.put(key, value);
                }
                land(key, own);
              }));
    } finally {
      if (!flying) {
        land(key, own);
      }
    }
  }

  /// Keeps a value that was made without asking.
  public void keep(K key, V value) {
    if (kept != null) {
      kept.put(key, value);
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
  ///
  /// @return how many
  int dropIf(Predicate<K> condition) {
    if (kept == null) {
      return 0;
    }
    int dropped = 0;
    for (K key : kept.asMap().keySet()) {
      if (condition.test(key) && kept.asMap().remove(key) != null) {
        dropped++;
      }
    }
    return dropped;
  }

  private void land(K key, CompletableFuture<Void> flight) {
    flights.remove(key, flight);
    flight.complete(null);
  }
}
