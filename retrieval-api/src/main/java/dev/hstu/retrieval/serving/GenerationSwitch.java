package dev.hstu.retrieval.serving;

import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The one reference to the generation that serves. A request takes a lease and sees encoder,
/// index, ids and popularity of the same generation throughout; a swap replaces the reference,
/// and the old generation closes itself when its last lease is returned. Leases take no lock;
/// swaps and the close exclude each other.
@Singleton
public final class GenerationSwitch implements AutoCloseable {

  private final AtomicReference<@Nullable LiveGeneration> current = new AtomicReference<>();
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

  private static void release(@Nullable LiveGeneration generation) {
    if (generation != null) {
      generation.release();
    }
  }
}
