package dev.hstu.retrieval.serving;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Waiting for something that another thread or process brings about and announces to nobody.
public final class Eventually {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LOOK_EVERY_MILLIS = 20;

  private Eventually() {}

  /// Looks until `wanted` holds.
  ///
  /// @return what was seen then
  /// @throws AssertionError with what was seen last when it never does
  public static <T> T see(Callable<T> look, Predicate<T> wanted) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    long patience = System.nanoTime() + PATIENCE.toNanos();
    T seen = look.call();
    while (!wanted.test(seen)) {
      if (System.nanoTime() > patience || never.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("still not after " + PATIENCE + ": " + seen);
      }
      seen = look.call();
    }
    return seen;
  }
}
