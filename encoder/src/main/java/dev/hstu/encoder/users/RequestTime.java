package dev.hstu.encoder.users;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;

/// When the users of a run are embedded for; part of what their vectors mean.
sealed interface RequestTime {

  /// The same instant for all.
  record At(long seconds) implements RequestTime {}

  /// A step after each user's last event, for data that has order only.
  record AfterLastEvent(int stepSeconds) implements RequestTime {}

  /// The usual one: the data's newest event, or a step after each user's own.
  static RequestTime usual(Clock clock, InteractionLog log) {
    return switch (clock) {
      case Clock.Wall() -> new At(newest(log));
      case Clock.Sequence(int stepSeconds) -> new AfterLastEvent(stepSeconds);
    };
  }

  /// One instant for all.
  ///
  /// @throws IllegalArgumentException when an event is later, naming both times
  static RequestTime at(long seconds, InteractionLog log) {
    long newest = newest(log);
    if (seconds < newest || seconds > Clock.MAX_SECONDS) {
      throw new IllegalArgumentException(
          "request time %d must be within %d, the newest event's, and %d; give seconds"
              .formatted(seconds, newest, Clock.MAX_SECONDS));
    }
    return new At(seconds);
  }

  private static long newest(InteractionLog log) {
    long newest = 0;
    for (long time : log.times()) {
      newest = Math.max(newest, time);
    }
    return newest;
  }

  /// The request time of a user whose last event was at `lastEvent`.
  default long after(long lastEvent) {
    return switch (this) {
      case At(long seconds) -> seconds;
      case AfterLastEvent(int stepSeconds) -> lastEvent + stepSeconds;
    };
  }

  /// As written to files: `1700000000` or `last-event+60`.
  default String spec() {
    return switch (this) {
      case At(long seconds) -> Long.toString(seconds);
      case AfterLastEvent(int stepSeconds) -> "last-event+" + stepSeconds;
    };
  }
}
