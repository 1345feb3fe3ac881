package dev.hstu.retrieval.serving;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The one reference to the generation that serves. A request takes a lease and sees encoder,
/// index, ids and popularity of the same generation throughout; a swap replaces the reference,
/// and the old generation closes itself when its last lease is returned. Leases take no lock;
/// swaps and the close exclude each other.
@Singleton
public final class GenerationSwitch implements AutoCloseable {

  private final AtomicReference<@Nullable LiveGeneration> current = new AtomicReference<>();

  /// Given up and not closed yet: requests may hold them.
  private final Set<LiveGeneration> retiring = ConcurrentHashMap.newKeySet();

  private boolean closed;

  /// A hold on the generation that serves now; empty when none does.
  public Optional<GenerationLease> lease() {
    while (true) {
      LiveGeneration generation = current.get();
      if (generation == null) {
        return Optional.empty();
      }
      if (generation.acquire()) {
        return Optional.of(new GenerationLease(generation));
      }
      // Retired between the two steps: the reference already names another one.
      Thread.onSpinWait();
    }
  }

  /// What serves now, to look at and not to search with.
  public Optional<LiveGeneration> current() {
    return Optional.ofNullable(current.get());
  }

  /// Makes `next` the one that serves and gives up the hold on the one before. After the close it
  /// gives up `next` instead.
  synchronized void swapTo(LiveGeneration next) {
    release(closed ? next : current.getAndSet(next));
  }

  /// Gives up what serves; a second call does nothing.
  @Override
  public synchronized void close() {
    closed = true;
    release(current.getAndSet(null));
  }

  /// Waits until all that was given up is closed.
  ///
  /// @return false where the time ran out first
  boolean awaitEnd(Duration patience) throws InterruptedException {
    CompletableFuture<?>[] closings =
        retiring.stream().map(LiveGeneration::closed).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(closings).get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a generation's close is never completed by a failure", e);
    }
  }

  private void release(@Nullable LiveGeneration generation) {
    if (generation != null) {
      retiring.add(generation);
      CompletableFuture<Void> _ = generation.closed().thenRun(() -> retiring.remove(generation));
      generation.release();
    }
  }
}
