package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.data.ColumnMapping.Resolved;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where event times come from: follows from the clock asked for and the columns there are.
///
/// | clock | columns | time of an event |
/// |---|---|---|
/// | `wall` | a time | that time |
/// | `sequence(step)` | a sequence number `n` | `n * step` |
/// | `sequence(step)` | a time | order by it, then `n * step` for the user's `n`-th event |
/// | `sequence(step)` | neither | order of the file, then `n * step` |
///
/// @param clock of the prepared data
/// @param source what an event's time is read from
/// @param note for the user, where something was decided for them; else empty
record EventTiming(Clock clock, Source source, String note) {

  private static final Clock.Sequence MINUTES = new Clock.Sequence(60);

  /// What is read.
  enum Source {
    TIME,
    SEQUENCE_NUMBER,
    ORDER_OF_TIME,
    ORDER_OF_FILE
  }

  /// @param wanted the clock asked for, or null
  /// @throws UnusableInputException when a wall clock is asked for and there is no column of times
  static EventTiming of(Path file, @Nullable Clock wanted, Resolved columns) {
    boolean hasTime = columns.time() != Resolved.NONE;
    boolean hasSequence = columns.sequence() != Resolved.NONE;
    return switch (wanted) {
      case Clock.Wall wall -> {
        if (!hasTime) {
          throw new UnusableInputException(
              "'%s' has no column of times, which --clock wall needs; name it with --columns time=COLUMN, or give --clock sequence(step=60)"
                  .formatted(file));
        }
        yield new EventTiming(wall, Source.TIME, "");
      }
      case Clock.Sequence sequence -> ordered(sequence, hasTime, hasSequence);
      case null -> hasTime ? new EventTiming(new Clock.Wall(), Source.TIME, "") : assumed(columns);
    };
  }

  /// Seconds between a user's events where they are stamped by order, else 0.
  int restampSeconds() {
    return switch (source) {
      case TIME, SEQUENCE_NUMBER -> 0;
      case ORDER_OF_TIME, ORDER_OF_FILE -> stepSeconds();
    };
  }

  /// Seconds between neighbouring sequence numbers.
  int stepSeconds() {
    return clock instanceof Clock.Sequence sequence ? sequence.stepSeconds() : 1;
  }

  /// The column that is read, or [Resolved#NONE].
  int column(Resolved columns) {
    return switch (source) {
      case TIME, ORDER_OF_TIME -> columns.time();
      case SEQUENCE_NUMBER -> columns.sequence();
      case ORDER_OF_FILE -> Resolved.NONE;
    };
  }

  private static EventTiming assumed(Resolved columns) {
    EventTiming ordered = ordered(MINUTES, false, columns.sequence() != Resolved.NONE);
    String basis =
        ordered.source == Source.SEQUENCE_NUMBER
            ? "the column '%s' only orders events"
                .formatted(columns.header().get(columns.sequence()))
            : "there is no column of times, so events keep the order of the file";
    return new EventTiming(
        ordered.clock, ordered.source, "%s: the clock is %s".formatted(basis, MINUTES.spec()));
  }

  private static EventTiming ordered(Clock.Sequence clock, boolean hasTime, boolean hasSequence) {
    if (hasSequence) {
      return new EventTiming(clock, Source.SEQUENCE_NUMBER, "");
    }
    return hasTime
        ? new EventTiming(
            clock, Source.ORDER_OF_TIME, "times give the order only; the clock is " + clock.spec())
        : new EventTiming(
            clock, Source.ORDER_OF_FILE, "events keep the order of the file, having no times");
  }
}
