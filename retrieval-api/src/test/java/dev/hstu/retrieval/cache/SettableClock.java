package dev.hstu.retrieval.cache;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A clock that stands still until it is set.
public final class SettableClock implements InstantSource {

  private volatile Instant now;

  public SettableClock(long epochSecond) {
    now = Instant.ofEpochSecond(epochSecond);
  }

  @Override
  public Instant instant() {
    return now;
  }

  public void set(long epochSecond) {
    now = Instant.ofEpochSecond(epochSecond);
  }

  public void set(Instant instant) {
    now = instant;
  }

  public void advance(Duration duration) {
    now = now.plus(duration);
  }
}
