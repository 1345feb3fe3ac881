package dev.hstu.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// When the compilers of a process that serves leave the processors to others.
class CompilingTimeTest {

  /// Near the end of the range, which [System#nanoTime] may pass.
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);

  private final AtomicInteger lowered = new AtomicInteger();
  private final CompilingTime time = new CompilingTime(now::get, lowered::incrementAndGet);

  @Test
  void aProcessThatServesNothingYetKeepsThem() {
    later(Duration.ofHours(1));
    time.look();

    assertThat(lowered).hasValue(0);
  }

  @Test
  void theyAreLoweredOnceTwoMinutesAfterTheFirstService() {
    time.begin();
    later(Duration.ofSeconds(119));
    time.begin();
    time.look();
    assertThat(lowered).hasValue(0);

    later(Duration.ofSeconds(1));
    time.look();
    assertThat(lowered).hasValue(1);

    time.begin();
    later(Duration.ofHours(1));
    time.look();
    assertThat(lowered).hasValue(1);
  }

  private void later(Duration duration) {
    now.addAndGet(duration.toNanos());
  }
}
