package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// In-batch negatives of three users: what is drawn, and what its logit gets.
class EpochNegativesTest {

  private static final int ITEMS = 6;

  /// Targets are every event but a user's first: (2, 3, 3), (3) and (2, 5, with a low action 4), so
  /// of six items 2 twice, 3 three times and 5 once.
  private final InteractionLog log =
      new InteractionLog(
          new long[] {0, 4, 6, 10},
          new int[] {1, 2, 3, 3, 6, 3, 1, 2, 4, 5},
          new long[] {1, 2, 3, 4, 1, 2, 1, 2, 3, 4},
          new float[] {5, 5, 5, 5, 5, 5, 5, 5, 1, 5});

  private final EpochExamples epoch =
      new TrainingExamples(
              log,
              new HistoryWindow(8, 1),
              0,
              ExampleSettings.PUBLIC.withLeastAction(3),
              ModelFeatures.NONE,
              new RandomStreams(1))
          .of(0);

  @Test
  void aDrawIsATargetOfTheBatchAsOftenAsItIsOne() {
    EpochNegatives.Step step = inBatch(4).of(new int[] {0, 2});
    long[] drawn = step.draw(2_000, 3, new SplittableRandom(1));
    assertThat(drawn).hasSize(2_000 * 4).containsOnly(2, 3, 5);
    // Of the batch's targets 2, 3, 3, 2, 5.
    assertThat(share(drawn, 2)).isCloseTo(2 / 5.0, within(0.02));
    assertThat(share(drawn, 3)).isCloseTo(2 / 5.0, within(0.02));
    assertThat(share(drawn, 5)).isCloseTo(1 / 5.0, within(0.02));
  }

  /// `-ln(R q)` with `R = 4` and the shares 2/6, 3/6 and 1/6 of the whole epoch.
  @Test
  void aLogitIsCorrectedByTheShareOfTheEpochsTargets() {
    float[] corrections = inBatch(4).of(new int[] {0}).corrections(new long[] {3, 2, 5});
    assertThat(corrections[0]).isCloseTo(-0.6931472f, within(1e-6f));
    assertThat(corrections[1]).isCloseTo(-0.2876821f, within(1e-6f));
    assertThat(corrections[2]).isCloseTo(0.4054651f, within(1e-6f));
  }

  @Test
  void uniformDrawsAreNotCorrected() {
    EpochNegatives.Step step =
        EpochNegatives.of(NegativeSampling.PER_USER, 4, ITEMS, epoch).of(new int[] {0});
    assertThat(step.corrections(step.draw(3, 5, new SplittableRandom(1)))).isEmpty();
  }

  @Test
  void aBatchWithoutATargetStillDraws() {
    EpochNegatives.Step step = inBatch(4).of(new int[0]);
    assertThat(step.draw(3, 5, new SplittableRandom(1))).hasSize(12);
  }

  private EpochNegatives inBatch(int perPosition) {
    return EpochNegatives.of(NegativeSampling.IN_BATCH, perPosition, ITEMS, epoch);
  }

  private static double share(long[] drawn, long item) {
    return Arrays.stream(drawn).filter(one -> one == item).count() / (double) drawn.length;
  }
}
