package dev.hstu.retrieval.cache;

import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.hstu.encoder.sequence.RequestInterval;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Lets an entry go at the instant at which no request can ask for it any more: the end of its
/// interval, and a grace time in which a request that may do with less asks for it by its own
/// interval, to the nanosecond. Only frees memory, since keys hold the interval: an entry that
/// stayed longer would not be found.
///
/// Entries of other times than now, of replays or of a model whose clock is a sequence, stay for a
/// fixed while after their last use: what is asked for all the time must not end for all at once,
/// so long after it was made.
final class ExactExpiry<K, V> implements Expiry<K, V> {

  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final InstantSource clock;
  private final Function<K, RequestInterval> validity;
  private final long replayNanos;
  private final int graceSeconds;

  /// @param replaySeconds how long what belongs to other times stays unused
  /// @param graceSeconds how long the others stay after the end of their interval
  ExactExpiry(
      InstantSource clock,
      Function<K, RequestInterval> validity,
      int replaySeconds,
      int graceSeconds) {
    this.clock = clock;
    this.validity = validity;
    this.replayNanos = TimeUnit.SECONDS.toNanos(replaySeconds);
    this.graceSeconds = graceSeconds;
  }

  /// The clock as a cache reads it. Beyond 292 years from 1970 it overflows, which does no harm:
  /// caches compare differences.
  static Ticker ticker(InstantSource clock) {
    return () -> {
      Instant now = clock.instant();
      return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
    };
  }

  @Override
  public long expireAfterCreate(K key, V value, long currentTime) {
    RequestInterval interval = validity.apply(key);
    Instant now = clock.instant();
    long second = now.getEpochSecond();
    if (!interval.contains(second)) {
      return replayNanos;
    }
    long wholeSeconds = interval.last() - second + graceSeconds;
    return wholeSeconds < 0 || wholeSeconds >= Long.MAX_VALUE / NANOS_PER_SECOND
        ? Long.MAX_VALUE
        : wholeSeconds * NANOS_PER_SECOND + (NANOS_PER_SECOND - now.getNano());
  }

  @Override
  public long expireAfterUpdate(K key, V value, long currentTime, long currentDuration) {
    return expireAfterCreate(key, value, currentTime);
  }

  @Override
  public long expireAfterRead(K key, V value, long currentTime, long currentDuration) {
    RequestInterval interval = validity.apply(key);
    long second = clock.instant().getEpochSecond();
    return interval.first() > second || interval.last() < second - graceSeconds
        ? replayNanos
        : currentDuration;
  }
}
