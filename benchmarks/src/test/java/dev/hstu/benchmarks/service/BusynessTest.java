package dev.hstu.benchmarks.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.benchmarks.service.BareRoute.Busyness;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

/// The route that stands for any server that needs as much of a processor: it must need it, or
/// what it is compared with looks worse than it is.
final class BusynessTest {

  private static final int MICROS = 200;
  private static final int CALLS = 2_000;

  /// Of the processor's time: a thread that waits for one isn't busy. Half and twice leave room for
  /// a processor that shares its units with another.
  @Test
  void aCallTakesAsMuchOfTheProcessorAsWasAskedFor() {
    Busyness busyness = Busyness.ofMicros(MICROS);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    long before = threads.getCurrentThreadCpuTime();
    long worked = 1;
    for (int i = 0; i < CALLS; i++) {
      worked = busyness.work(worked);
    }
    double micros = (threads.getCurrentThreadCpuTime() - before) / 1e3 / CALLS;

    assertThat(worked).isNotZero();
    assertThat(micros).isBetween(MICROS / 2.0, MICROS * 2.0);
  }

  @Test
  void noneIsNoWork() {
    assertThat(Busyness.ofMicros(0).work(7)).isEqualTo(7);
  }
}
