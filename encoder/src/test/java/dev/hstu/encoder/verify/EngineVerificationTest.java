package dev.hstu.encoder.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import org.junit.jupiter.api.Test;

/// What counts as an error, on values done by hand.
class EngineVerificationTest {

  @Test
  void theErrorIsRelativeToTheNormOfWhatIsExpected() {
    double[] expected = {3, 4};
    assertThat(EngineVerification.relativeError(new double[] {3, 4}, expected)).isZero();
    assertThat(EngineVerification.relativeError(new double[] {3, 4.5}, expected))
        .isCloseTo(0.1, within(1e-15));
  }

  @Test
  void whereOnlyZerosAreExpectedTheErrorIsTheNormItself() {
    assertThat(EngineVerification.relativeError(new double[] {0.3, 0.4}, new double[2]))
        .isCloseTo(0.5, within(1e-15));
  }

  @Test
  void whatCannotBeComparedNeverPasses() {
    double otherLength = EngineVerification.relativeError(new double[1], new double[2]);
    double notANumber = EngineVerification.relativeError(new double[] {Double.NaN}, new double[1]);
    assertThat(new Outcome.Measured(otherLength, 1).passed()).isFalse();
    assertThat(new Outcome.Measured(notANumber, 1).passed()).isFalse();
  }

  @Test
  void anythingButZeroInThePaddingShows() {
    HstuConfig config = RandomModels.config(3, 2, 1, 2, 1, 1, 1, 1);
    HistoryBatch histories =
        new HistoryBatch(new int[] {0, 1, 3}, new int[] {1, 2, 3}, new long[3], new long[] {0, 0});
    double[] sequence = {1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0};
    assertThat(EngineVerification.largestPadding(sequence, histories, config)).isZero();
    for (int at : new int[] {2, 5, 10, 11}) {
      double[] leaking = sequence.clone();
      leaking[at] = -1e-30;
      assertThat(EngineVerification.largestPadding(leaking, histories, config)).isEqualTo(1e-30);
      leaking[at] = Double.NaN;
      assertThat(EngineVerification.largestPadding(leaking, histories, config)).isNaN();
    }
  }

  @Test
  void tiedItemsMayTradePlacesAndOthersNot() {
    int[] expectedIds = {5, 2, 9};
    double[] expectedScores = {0.9, 0.9, 0.1};
    double[] scores = {0, 0, 0.9, 0, 0, 0.9, 0, 0, 0.1, 0.1};
    assertThat(gap(new int[] {5, 2, 9}, scores, expectedIds, expectedScores)).isZero();
    assertThat(gap(new int[] {2, 5, 9}, scores, expectedIds, expectedScores)).isZero();
    // Item 8 ties with 9 just below the end of the expected ranking.
    assertThat(gap(new int[] {5, 2, 8}, scores, expectedIds, expectedScores)).isZero();
    assertThat(gap(new int[] {5, 9, 2}, scores, expectedIds, expectedScores))
        .isCloseTo(0.8, within(1e-15));
    // The engine's own score of a ranked item is no excuse for its place.
    scores[9] = 0.9;
    assertThat(gap(new int[] {9, 5, 2}, scores, expectedIds, expectedScores))
        .isCloseTo(0.8, within(1e-15));
  }

  @Test
  void rankingPutsEqualScoresInTheOrderOfRows() {
    double none = Double.NEGATIVE_INFINITY;
    assertThat(TopItems.best(new double[] {none, 0.5, 0.7, 0.5, none, 0.7}, 4))
        .containsExactly(2, 5, 1, 3);
  }

  private static double gap(
      int[] ranked, double[] scores, int[] expectedIds, double[] expectedScores) {
    return TopItems.largestGap(ranked, scores, expectedIds, expectedScores);
  }
}
