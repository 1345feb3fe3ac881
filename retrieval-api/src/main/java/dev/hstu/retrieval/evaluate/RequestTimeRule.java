package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.Clock;
import java.util.Locale;

/// The time a case is asked at, which is a property of the protocol: the embedding depends on it,
/// so figures of different rules don't compare.
public enum RequestTimeRule {
  /// The target's own time, as published results have it. The model learns when the user came
  /// back, which a service knows too: it is the moment of the request.
  TARGET,
  /// The time of the last event of the history (a step later on a clock of order only): nothing of
  /// the target is told, as when lists are made ahead of the visit.
  LAST_EVENT;

  /// How tables and options name it.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  long of(long targetTime, long lastEventTime, Clock clock) {
    return switch (this) {
      case TARGET -> targetTime;
      case LAST_EVENT ->
          switch (clock) {
            case Clock.Wall() -> lastEventTime;
            case Clock.Sequence(int stepSeconds) -> lastEventTime + stepSeconds;
          };
    };
  }
}
