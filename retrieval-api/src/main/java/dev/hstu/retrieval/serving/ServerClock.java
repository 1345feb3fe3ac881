package dev.hstu.retrieval.serving;

import java.time.InstantSource;

/// The wall clock that requests without a request time are answered by.
///
/// @param source the system's, or another one for replays and tests
public record ServerClock(InstantSource source) {

  /// Now, in whole seconds since 1970.
  public long seconds() {
    return source.instant().getEpochSecond();
  }
}
