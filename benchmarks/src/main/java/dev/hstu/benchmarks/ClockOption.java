package dev.hstu.benchmarks;

import dev.hstu.benchmarks.search.Clock;
import picocli.CommandLine.Option;

/// What the times of searches are counted by.
final class ClockOption {

  @Option(
      names = "--clock",
      defaultValue = "wall",
      description = {
        "wall, or cpu: the searching thread's processor time, where other work runs too;",
        "default: ${DEFAULT-VALUE}"
      })
  private Clock clock = Clock.WALL;

  Clock clock() {
    return clock;
  }
}
