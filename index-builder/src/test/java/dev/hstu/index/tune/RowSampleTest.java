package dev.hstu.index.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Samples are distinct, ascending, of the size asked for, and favour no row.
final class RowSampleTest {

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "0, 5, 0", "5, 0, 0", "5, 5, 5", "5, 9, 5", "1000, 7, 7"})
  void isAsLargeAsAskedForWhereThereAreSoMany(int rows, int wanted, int size) {
    int[] drawn = RowSample.of(rows, wanted, new SplittableRandom(3));

    assertThat(drawn).hasSize(size).isSorted().doesNotHaveDuplicates();
    assertThat(Arrays.stream(drawn)).allMatch(row -> row >= 0 && row < rows);
  }

  @Test
  void everyRowIsAsLikelyAsAnyOther() {
    int[] times = new int[10];
    SplittableRandom random = new SplittableRandom(1);
    for (int draw = 0; draw < 20_000; draw++) {
      for (int row : RowSample.of(10, 3, random)) {
        times[row]++;
      }
    }
    // 6,000 each; five standard deviations are 324.
    assertThat(Arrays.stream(times)).allMatch(count -> Math.abs(count - 6_000) < 324);
  }
}
