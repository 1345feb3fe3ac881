package dev.hstu.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How often a call is tried again, always within its deadline: after 429 and 503 when
/// `Retry-After` says so, after a broken connection with growing pauses of random length.
///
/// @param most tries after the first, 0 to 10
/// @param firstPause longest before the first of them where the service names none
/// @param longestPause what the growing pauses end at
public record Retries(int most, Duration firstPause, Duration longestPause) {

  private static final int BOUND = 10;

  public static final Retries DEFAULT =
      new Retries(2, Duration.ofMillis(50), Duration.ofSeconds(1));
  public static final Retries NONE = new Retries(0, Duration.ofMillis(1), Duration.ofMillis(1));

  public Retries {
    if (most < 0 || most > BOUND) {
      throw new IllegalArgumentException("most=%d must be within 0..%d".formatted(most, BOUND));
    }
    if (firstPause.isNegative() || firstPause.isZero() || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "firstPause=%s must be positive and at most longestPause=%s"
              .formatted(firstPause, longestPause));
    }
  }

  /// @param attempt counted from 1
  Duration pause(int attempt) {
    long longest = firstPause.toNanos() << Math.min(attempt - 1, BOUND);
    long nanos = Math.min(longest, longestPause.toNanos());
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1));
  }
}
