package dev.hstu.benchmarks.search;

import dev.hstu.benchmarks.contenders.Answers;
import java.util.Locale;

/// What rates are counted by.
public enum Clock {
  /// Time as it passes: for a machine that does nothing else.
  WALL,
  /// Time of the processor under the searching thread: the same on such a machine, and still of use
  /// where other work interrupts it. Calls are timed by the wall clock all the same.
  CPU;

  long nanos(Answers answers) {
    return this == WALL ? answers.totalNanos() : answers.cpuNanos();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
