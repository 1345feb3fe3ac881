package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// The loss with in-batch negatives and log-Q correction against a case done by hand, of
/// [UnitCircleModel].
class CorrectedSoftmaxTest {

  /// After item 1 comes item 2, whose score is 0. Drawn are item 3 (score -1, q = .1), item 2
  /// itself (q = .5) and item 4 (score .6, q = .4), `R = 3`: `ln(e^0 + e^-1 / .3 + e^.6 / 1.2) =
  /// ln(1 + 1.2262648 + 1.5184323) = 1.3203407`; the draw that is the target counts nothing.
  @Test
  void negativesCountByOneOverTheirExpectedDraws() {
    float[] corrections = {minusLog(0.3), minusLog(1.5), minusLog(1.2)};
    assertThat(loss(new long[] {3, 2, 4}, corrections)).isCloseTo(1.3203407, within(1e-6));
  }

  /// `ln(e^0 + e^-1 + e^.6) = ln(3.1899982)`.
  @Test
  void withoutCorrectionsTheyCountAsTheyAre() {
    assertThat(loss(new long[] {3, 2, 4}, new float[0])).isCloseTo(1.1600204, within(1e-6));
  }

  /// Every draw a false negative: nothing is left but the target.
  @Test
  void onlyFalseNegativesCostNothing() {
    assertThat(loss(new long[] {2, 2, 2}, new float[] {1, 1, 1})).isCloseTo(0, within(1e-6));
  }

  private static float minusLog(double expectedDraws) {
    return (float) -Math.log(expectedDraws);
  }

  private static double loss(long[] negatives, float[] corrections) {
    PaddedExamples example =
        new PaddedExamples(
            1,
            1,
            new long[] {1, 2},
            new long[] {10, 20},
            new long[0],
            new float[] {1},
            negatives,
            corrections,
            3);
    return UnitCircleModel.loss(example, 0);
  }
}
