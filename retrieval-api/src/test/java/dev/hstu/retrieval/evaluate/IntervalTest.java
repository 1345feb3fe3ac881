package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Intervals hold the true figure as often as they say, and a few of them computed by hand.
final class IntervalTest {

  @Test
  void sharesComputedByHand() {
    // 10 of 100 by Wilson: (.1 + .0192073 ± 1.96 · √(.0009 + .000096)) / 1.0384146.
    Interval interval = Interval.ofShare(10, 100);
    assertThat(interval.low()).isCloseTo(.0552, within(5e-5));
    assertThat(interval.high()).isCloseTo(.1744, within(5e-5));
    assertThat(Interval.ofShare(0, 50).low()).isZero();
    assertThat(Interval.ofShare(0, 50).high()).isCloseTo(.0713, within(5e-5));
    assertThat(Interval.ofShare(50, 50).high()).isEqualTo(1);
  }

  @Test
  void meansComputedByHand() {
    // 0, 0, 1, 1: mean 1/2, variance 1/3, standard error √(1/12).
    Interval interval = Interval.ofMean(2, 2, 4);
    assertThat(interval.high() - .5).isCloseTo(1.96 * Math.sqrt(1.0 / 12), within(1e-3));
    assertThat(interval.low() + interval.high()).isCloseTo(1, within(1e-12));
  }

  @Test
  void nineteenOfTwentyIntervalsHoldTheTruth() {
    SplittableRandom random = new SplittableRandom(7);
    int held = 0;
    for (int run = 0; run < 2_000; run++) {
      int hits = 0;
      for (int user = 0; user < 300; user++) {
        hits += random.nextInt(20) == 0 ? 1 : 0;
      }
      Interval interval = Interval.ofShare(hits, 300);
      held += interval.low() <= .05 && .05 <= interval.high() ? 1 : 0;
    }
    assertThat(held / 2_000.0).isBetween(.935, .965);
  }
}
