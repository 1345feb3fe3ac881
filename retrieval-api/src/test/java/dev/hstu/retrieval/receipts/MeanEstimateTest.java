package dev.hstu.retrieval.receipts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The interval covers the true mean in 93 of 100 simulations or more, for recalls of the shapes
/// there are, and isn't so wide as to say nothing. A thousand simulations, since two hundred would
/// miss 93 once in ten times by chance.
class MeanEstimateTest {

  private static final int SIMULATIONS = 1_000;
  private static final double LEAST_COVERAGE = 0.93;

  /// A distribution of recalls, and its mean.
  record Shape(String name, double mean, Draw draw) {
    @Override
    public String toString() {
      return name;
    }
  }

  @FunctionalInterface
  interface Draw {
    double next(SplittableRandom random);
  }

  static List<Shape> shapes() {
    return List.of(
        new Shape("each of 100 found with .97", 0.97, random -> found(random, 100, 0.97)),
        new Shape("each of 10 found with .9", 0.9, random -> found(random, 10, 0.9)),
        new Shape(
            "mostly whole, a tenth halfway",
            1 - 0.1 * 0.25,
            random -> random.nextDouble() < 0.1 ? 1 - random.nextDouble() / 2 : 1),
        new Shape(
            "one in fifty bad",
            1 - 0.02 * 0.5,
            random -> random.nextDouble() < 0.02 ? random.nextDouble() : 1),
        new Shape("one in twenty lost", 0.95, random -> random.nextDouble() < 0.05 ? 0 : 1),
        new Shape(
            "easy and hard queries",
            0.7 * 0.99 + 0.3 * 0.8,
            random -> found(random, 50, random.nextDouble() < 0.7 ? 0.99 : 0.8)));
  }

  static Stream<Arguments> cases() {
    return shapes().stream()
        .flatMap(shape -> Stream.of(50, 100, 500).map(n -> Arguments.of(shape, n)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theIntervalCoversTheTruth(Shape shape, int samples) {
    SplittableRandom random = new SplittableRandom(samples + shape.name().hashCode());
    int covered = 0;
    double width = 0;
    for (int s = 0; s < SIMULATIONS; s++) {
      MeanEstimate estimate = new MeanEstimate();
      for (int i = 0; i < samples; i++) {
        estimate.add(shape.draw().next(random));
      }
      RecallInterval interval = estimate.interval();
      assertThat(interval).isNotNull();
      covered += interval.lower() <= shape.mean() && shape.mean() <= interval.upper() ? 1 : 0;
      width += interval.upper() - interval.lower();
      assertThat(interval.mean()).isBetween(interval.lower(), interval.upper());
      assertThat(interval.lower()).isNotNegative();
      assertThat(interval.upper()).isLessThanOrEqualTo(1);
    }

    assertThat((double) covered / SIMULATIONS).isGreaterThanOrEqualTo(LEAST_COVERAGE);
    assertThat(width / SIMULATIONS).isLessThan(2.5 / Math.sqrt(samples));
  }

  @Test
  void withoutABadQueryItStillSaysHowLittleIsKnown() {
    MeanEstimate estimate = new MeanEstimate();
    for (int i = 0; i < 100; i++) {
      estimate.add(1);
    }

    RecallInterval interval = estimate.interval();

    assertThat(interval).isNotNull();
    assertThat(interval.upper()).isEqualTo(1);
    assertThat(interval.lower()).isCloseTo(0.963, within(0.003));
  }

  @Test
  void withoutASampleThereIsNone() {
    assertThat(new MeanEstimate().interval()).isNull();
  }

  private static double found(SplittableRandom random, int k, double chance) {
    int found = 0;
    for (int i = 0; i < k; i++) {
      found += random.nextDouble() < chance ? 1 : 0;
    }
    return (double) found / k;
  }
}
