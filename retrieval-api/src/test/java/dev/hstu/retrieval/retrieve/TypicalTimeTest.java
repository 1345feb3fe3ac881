package dev.hstu.retrieval.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The median is found, few outliers move it little, and a lasting change is followed.
class TypicalTimeTest {

  private final TypicalTime time = new TypicalTime();

  @Test
  void withoutAnyTimeNothingIsKnown() {
    assertThat(time.isAtMost(Long.MAX_VALUE)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void oneTimeInTenThatIsAThousandTimesAsLongHardlyCounts(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      time.add((80 + random.nextInt(41)) * (random.nextInt(10) == 0 ? 1000L : 1L));
      if (i > 300) {
        assertThat(time.isAtMost(160)).as("after %d times", i).isTrue();
      }
    }
    assertThat(time.isAtMost(70)).isFalse();
  }

  @Test
  void aSlowBeginningIsForgotten() {
    time.add(100_000);
    for (int i = 0; i < 120; i++) {
      time.add(100);
    }
    assertThat(time.isAtMost(120)).isTrue();
  }
}
