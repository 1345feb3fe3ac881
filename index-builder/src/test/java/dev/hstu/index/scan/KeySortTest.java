package dev.hstu.index.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sorts as [Arrays#sort] does, whatever the distribution.
final class KeySortTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 31, 32, 33, 500, 10_000})
  void sortsAnyDistribution(int count) {
    SplittableRandom random = new SplittableRandom(count);
    KeySort sort = new KeySort();
    for (int kind = 0; kind < 5; kind++) {
      long[] keys = new long[count + 2];
      for (int i = 0; i < keys.length; i++) {
        keys[i] =
            switch (kind) {
              case 0 -> random.nextLong();
              case 1 -> BestRows.key(i, (float) random.nextDouble(.6, .9));
              case 2 -> BestRows.key(i, 1);
              case 3 -> i == 0 ? Long.MIN_VALUE : BestRows.key(i, random.nextInt(3));
              default -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            };
      }
      long[] expected = keys.clone();
      Arrays.sort(expected, 0, count);

      sort.sort(keys, count);

      assertThat(keys).isEqualTo(expected);
    }
  }
}
