package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The loss with in-batch negatives and log-Q correction against a case done by hand: with every
/// weight but the items 0, a user is the direction of the last item, so that scores are cosines of
/// items on the unit circle; the temperature is 1.
class CorrectedSoftmaxTest {

  private static final HstuConfig CONFIG = new HstuConfig(4, 3, 1, 2, 1, 2, 2, 1, 1.0, 1);

  /// Items 1..4 at (1, 0), (0, 1), (-1, 0) and (.6, .8).
  private static final float[] ITEMS = {0, 0, 1, 0, 0, 1, -1, 0, 0.6f, 0.8f};

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
    ModelWeights weights =
        new ModelWeights(
            MemorySegment.ofArray(ITEMS),
            new float[4 * 2],
            List.of(
                new HstuBlock(
                    new float[2 * 8],
                    new float[2 * 2],
                    new float[2],
                    new float[7],
                    new float[HstuConfig.TIME_BUCKETS + 1])));
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
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel hstu = new TorchModel(memory, CONFIG)) {
      TorchParameters parameters = TorchParameters.of(memory, CONFIG, weights);
      return hstu.accumulate(
          memory, parameters, parameters.zerosLike(), example, DropoutMask.NONE, 1);
    }
  }
}
