package dev.hstu.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Percentiles are values that occurred, and a figure's line has the columns that
/// `benchmarks/gpu/table.py` reads.
class DurationsTest {

  @Test
  void aShareOfTheCallsDoesNotExceedItsPercentile() {
    Durations durations =
        new Durations(LongStream.rangeClosed(1, 100).map(i -> i * 1_000_000).toArray());
    assertThat(durations.millis(0.01)).isEqualTo(1);
    assertThat(durations.millis(0.5)).isEqualTo(50);
    assertThat(durations.millis(0.99)).isEqualTo(99);
    assertThat(durations.millis(1)).isEqualTo(100);
    assertThat(new Durations(new long[] {7_000_000}).millis(0.5)).isEqualTo(7);
    assertThat(durations.spread()).isEqualTo("p1 1.000 p50 50.000 p99 99.000 ms of 100");
  }

  @Test
  void whatIsWarmIsCalledOnceForEachDuration() {
    AtomicInteger calls = new AtomicInteger();
    Durations durations = Durations.ofWarm(5, calls::incrementAndGet);
    assertThat(calls).hasValue(5);
    assertThat(durations.nanos()).hasSize(5).isSorted();
  }

  @Test
  void warmUpCallsAreMadeAndNotCounted() {
    AtomicInteger calls = new AtomicInteger();
    Durations durations = Durations.of(5, calls::incrementAndGet);
    assertThat(calls).hasValueGreaterThan(1_000);
    assertThat(durations.nanos()).hasSize(5).isSorted();
  }

  @Test
  void aLineHasFixedColumns() {
    String line = Figure.of("one user", 0.245, "ms", "0.6 ms (0.3)", "p50").toString();
    assertThat(line.substring(0, 52).strip()).isEqualTo("one user");
    assertThat(line.substring(53, 65).strip()).isEqualTo("0.2450");
    assertThat(line.substring(66, 76).strip()).isEqualTo("ms");
    assertThat(line.substring(77, 99).strip()).isEqualTo("0.6 ms (0.3)");
    assertThat(line.substring(100)).isEqualTo("p50");
  }
}
