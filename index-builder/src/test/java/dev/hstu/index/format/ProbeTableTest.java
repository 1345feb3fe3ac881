package dev.hstu.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Probes grow with k and recall, and end at all partitions.
final class ProbeTableTest {

  private static final ProbeTable TABLE =
      new ProbeTable(
          new int[] {10, 100}, new float[] {.9f, .99f}, new int[][] {{2, 5}, {11, 50}}, 200);

  @ParameterizedTest
  @CsvSource({
    "1, .5, 2",
    "10, .9, 2",
    "10, .91, 3",
    "100, .97, 25",
    "55, .9, 7",
    "100, .99, 50",
    "200, .99, 100",
    "1000, .9, 110",
    "100000, .9, 200",
    "1, .995, 200",
    "1, 1, 200"
  })
  void interpolates(double k, double recall, int probes) {
    assertThat(TABLE.probes(k, recall)).isEqualTo(probes);
    assertThat(ProbeTable.all(7).probes(k, recall)).isEqualTo(7);
  }
}
