package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.compute.SampledSoftmaxLoss;
import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every position predicts the item after the next as well: by hand, of [UnitCircleModel], and
/// equal to the plain Java of it.
class SecondTargetTest {

  /// Item 1, then 2, then 4; drawn are items 3 and 4. The first position's scores are 0 of its
  /// target 2, -1 of item 3 and .6 of item 4: `ln(e^0 + e^-1 + e^.6) - 0`.
  private static final double FIRST_OF_FIRST = 1.1600204;

  /// The same position's second target 4, which as a negative counts nothing: `ln(e^.6 + e^-1) -
  /// .6`.
  private static final double SECOND_OF_FIRST = 0.1839007;

  /// The second position's target 4, score .8, against item 3, score 0: `ln(e^.8 + e^0) - .8`.
  private static final double FIRST_OF_SECOND = 0.3711007;

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.2, 1})
  void threeEventsHaveTwoTargetsAndOneSecondTarget(double weight) {
    assertThat(UnitCircleModel.loss(threeEvents(1, 1), weight))
        .isCloseTo(FIRST_OF_FIRST + FIRST_OF_SECOND + weight * SECOND_OF_FIRST, within(1e-6));
  }

  /// An event of too low an action, and a token of a series, are no target to anybody.
  @Test
  void whatIsNoTargetIsNoSecondTargetEither() {
    assertThat(UnitCircleModel.loss(threeEvents(1, 0), 0.2))
        .isCloseTo(FIRST_OF_FIRST, within(1e-6));
  }

  /// Before such an event there is no target, and the item after it is a second target all the
  /// same.
  @Test
  void aPositionWithoutATargetMayHaveASecondOne() {
    assertThat(UnitCircleModel.loss(threeEvents(0, 1), 0.2))
        .isCloseTo(FIRST_OF_SECOND + 0.2 * SECOND_OF_FIRST, within(1e-6));
  }

  /// Both draws get 1 added, `e^1 = 2.7182818`: `ln(e^0 + e · (e^-1 + e^.6)) = ln(1 + 1 +
  /// 4.9530324)`, `ln(e^.8 + e) - .8` and, of the second target, `ln(e^.6 + 1) - .6`.
  @Test
  void correctionsCountForBothTargets() {
    PaddedExamples plain = threeEvents(1, 1);
    PaddedExamples corrected =
        new PaddedExamples(
            1,
            2,
            plain.items(),
            plain.times(),
            plain.actions(),
            plain.weights(),
            plain.negatives(),
            new float[] {1, 1},
            2);
    assertThat(UnitCircleModel.loss(corrected, 0.5))
        .isCloseTo(1.9391779 + 0.7981389 + 0.5 * 0.4374880, within(1e-6));
  }

  @Test
  void oneEventHasNoSecondTarget() {
    assertThat(UnitCircleModel.loss(oneEvent(), 0.7))
        .isEqualTo(UnitCircleModel.loss(oneEvent(), 0));
  }

  @Test
  void paddingIsNoSecondTarget() {
    PaddedExamples together =
        new PaddedExamples(
            2,
            2,
            new long[] {1, 2, 4, 1, 2, 0},
            new long[] {10, 20, 30, 10, 20, 0},
            new long[0],
            new float[] {1, 1, 1, 0},
            new long[] {3, 4, 3, 4},
            2);
    assertThat(UnitCircleModel.loss(together, 0.7))
        .isCloseTo(
            UnitCircleModel.loss(threeEvents(1, 1), 0.7) + UnitCircleModel.loss(oneEvent(), 0.7),
            within(1e-6));
  }

  @Test
  void theSoftmaxOverAllItemsRefusesSecondTargets() {
    PaddedExamples allItems =
        new PaddedExamples(
            1,
            1,
            new long[] {1, 2},
            new long[] {10, 20},
            new long[0],
            new float[] {1},
            new long[0],
            0);
    assertThatThrownBy(() -> UnitCircleModel.loss(allItems, 0.2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "secondTargetWeight=0.2 must be 0 with the softmax over all items; draw negatives");
    assertThat(UnitCircleModel.loss(allItems, 0)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theLossIsThatOfThePlainJava(long seed) {
    Random random = new Random(seed);
    NetworkConfig config =
        seed % 2 == 0
            ? RandomModels.sasRec(11, 6, 2, 8, 2, 5, 2)
            : RandomModels.config(11, 6, 2, 8, 2, 3, 4, 2);
    ModelWeights weights = RandomModels.weights(config, seed);
    HistoryBatch histories =
        HistoryBatch.of(RandomHistories.histories(random, config, 5), config.window());
    int rows = histories.items().length;
    int[] targets = random.ints(rows, 1, config.items() + 1).toArray();
    for (int b = 0; b < histories.users(); b++) {
      // Each event's target is the event after it.
      int first = histories.offsets()[b];
      System.arraycopy(histories.items(), first + 1, targets, first, histories.length(b) - 1);
    }
    SupervisedBatch batch =
        new SupervisedBatch(
            histories,
            targets,
            random.ints(rows * 5L, 1, config.items() + 1).toArray(),
            5,
            random.nextDouble());
    ReferenceEncoder reference = new ReferenceEncoder(config, weights, Precision.FLOAT64);
    double expected = new SampledSoftmaxLoss(config, weights).of(reference.trace(histories), batch);
    assertThat(new TorchLossAndGradients().compute(config, weights, batch).loss())
        .isCloseTo(expected, within(1e-4 * expected));
  }

  /// Three events of a user, the last of them the target, and the weights of the first two's.
  private static PaddedExamples threeEvents(float first, float second) {
    return new PaddedExamples(
        1,
        2,
        new long[] {1, 2, 4},
        new long[] {10, 20, 30},
        new long[0],
        new float[] {first, second},
        new long[] {3, 4},
        2);
  }

  private static PaddedExamples oneEvent() {
    return new PaddedExamples(
        1,
        1,
        new long[] {1, 2},
        new long[] {10, 20},
        new long[0],
        new float[] {1},
        new long[] {3, 4},
        2);
  }
}
