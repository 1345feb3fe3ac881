package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Dropout drops its share, the same for the same seed.
class DropoutMaskTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.2, 0.5, 0.9})
  void theShareDroppedIsTheRate(double rate) {
    int values = 100_003; // not a multiple of what one random number decides
    byte[] kept = DropoutMask.draw(values, rate, new SplittableRandom(5)).kept();
    long dropped = IntStream.range(0, values).filter(i -> kept[i] == 0).count();
    double error = Math.sqrt(rate * (1 - rate) / values);
    assertThat((double) dropped / values).isCloseTo(rate, within(5 * error));
  }

  @Test
  void theSameSeedDropsTheSame() {
    byte[] first = DropoutMask.draw(999, 0.2, new SplittableRandom(8)).kept();
    assertThat(DropoutMask.draw(999, 0.2, new SplittableRandom(8)).kept()).isEqualTo(first);
    assertThat(DropoutMask.draw(999, 0.2, new SplittableRandom(9)).kept()).isNotEqualTo(first);
  }

  @Test
  void rateZeroIsNoMaskAndRateOneIsRefused() {
    assertThat(DropoutMask.draw(7, 0, new SplittableRandom(1))).isEqualTo(DropoutMask.NONE);
    assertThatThrownBy(() -> DropoutMask.draw(7, 1, new SplittableRandom(1)))
        .hasMessageContaining("rate=1.0");
  }
}
