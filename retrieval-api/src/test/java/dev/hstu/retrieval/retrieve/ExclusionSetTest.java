package dev.hstu.retrieval.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The set of left-out rows against a plain set, used again and again with sizes up and down.
class ExclusionSetTest {

  private final ExclusionSet exclusions = new ExclusionSet();

  @Test
  void anEmptySetAcceptsEveryRow() {
    assertThat(exclusions.accepts(0)).isTrue();
    assertThat(exclusions.accepts(Integer.MAX_VALUE)).isTrue();
    assertThat(exclusions.maxAccepted(7)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void itAgreesWithAPlainSetAtEverySize(long seed) {
    Random random = new Random(seed);
    for (int expected : new int[] {5, 0, 1, 16, 17, 1000, 3, 20_000, 2}) {
      exclusions.reset(expected);
      Set<Integer> plain = new HashSet<>();
      int bound = 1 + random.nextInt(3 * expected + 1);
      for (int i = 0; i < expected; i++) {
        int row = random.nextInt(bound);
        exclusions.add(row);
        plain.add(row);
      }
      assertThat(exclusions.size()).isEqualTo(plain.size());
      assertThat(exclusions.maxAccepted(bound)).isEqualTo(bound - plain.size());
      for (int row = 0; row < bound; row++) {
        assertThat(exclusions.accepts(row)).isEqualTo(!plain.contains(row));
      }
    }
  }

  @Test
  void extremeRowsAreRowsLikeOthers() {
    exclusions.reset(2);
    exclusions.add(0);
    exclusions.add(Integer.MAX_VALUE);

    assertThat(exclusions.accepts(0)).isFalse();
    assertThat(exclusions.accepts(Integer.MAX_VALUE)).isFalse();
    assertThat(exclusions.accepts(1)).isTrue();
  }
}
