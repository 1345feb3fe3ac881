package dev.hstu.encoder.sequence;

/// Where a model's event times come from; part of the model and of its fingerprint.
public sealed interface Clock {

  /// Times above this are refused as milliseconds: 1e11 s is the year 5138, 1e11 ms is 1973.
  long MAX_SECONDS = 100_000_000_000L;

  /// Real seconds since 1970; the default request time is the server's clock.
  record Wall() implements Clock {}

  /// Order only: event `n` (from 1) of a user happens at `n * stepSeconds`, and the default request
  /// time is one step after the last event.
  record Sequence(int stepSeconds) implements Clock {
    public Sequence {
      if (stepSeconds < 1) {
        throw new IllegalArgumentException(
            "stepSeconds=" + stepSeconds + " must be at least 1; 60 is usual");
      }
    }
  }

  /// The form written to files: `wall` or `sequence(step=60)`.
  default String spec() {
    return switch (this) {
      case Wall() -> "wall";
      case Sequence(int stepSeconds) -> "sequence(step=" + stepSeconds + ")";
    };
  }

  /// Reads what [#spec()] writes.
  static Clock parse(String spec) {
    if (spec.equals("wall")) {
      return new Wall();
    }
    String prefix = "sequence(step=";
    if (spec.startsWith(prefix) && spec.endsWith(")")) {
      String step = spec.substring(prefix.length(), spec.length() - 1);
      if (step.matches("[0-9]{1,9}")) {
        return new Sequence(Integer.parseInt(step));
      }
    }
    throw new IllegalArgumentException(
        "clock '%s' is not known; write wall or sequence(step=60)".formatted(spec));
  }
}
