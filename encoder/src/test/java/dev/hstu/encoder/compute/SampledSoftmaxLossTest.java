package dev.hstu.encoder.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The loss on cases small enough to do by hand: two dimensions, temperature 0.5, item vectors
/// along the axes.
class SampledSoftmaxLossTest {

  private static final HstuConfig CONFIG = new HstuConfig(4, 2, 1, 2, 1, 1, 1, 1, 0.5, 1);

  /// Rows 0..4: padding, then east, north, west and south with lengths the loss must divide out.
  private static final float[] ITEMS = {0, 0, 3, 0, 0, 2, -5, 0, 0, -1};

  private static final int EAST = 1;
  private static final int NORTH = 2;
  private static final int WEST = 3;

  private final SampledSoftmaxLoss loss = new SampledSoftmaxLoss(CONFIG, weights());

  @Test
  void isTheMeanOfNegativeLogSoftmaxOverAllEvents() {
    // Both rows look east. Logits of the first: target east 2, negatives north 0 and west -2; of
    // the second: target north 0, negatives east 2 and west -2.
    HistoryBatch histories = histories(2);
    SupervisedBatch batch =
        new SupervisedBatch(
            histories, new int[] {EAST, NORTH}, new int[] {NORTH, WEST, EAST, WEST}, 2);
    double partition = Math.exp(2) + Math.exp(0) + Math.exp(-2);
    double expected = (-Math.log(Math.exp(2) / partition) - Math.log(1 / partition)) / 2;
    assertThat(loss.of(lookingEast(), batch)).isCloseTo(expected, within(1e-15));
  }

  @Test
  void aNegativeThatIsTheTargetCountsForNothing() {
    SupervisedBatch batch =
        new SupervisedBatch(histories(1), new int[] {EAST}, new int[] {EAST, NORTH}, 2);
    double expected = -Math.log(Math.exp(2) / (Math.exp(2) + 1));
    assertThat(loss.of(lookingEast(), batch)).isCloseTo(expected, within(1e-15));
  }

  @Test
  void onlyMaskedNegativesLeaveNoLoss() {
    SupervisedBatch batch =
        new SupervisedBatch(histories(1), new int[] {WEST}, new int[] {WEST}, 1);
    assertThat(loss.of(lookingEast(), batch)).isZero();
  }

  @Test
  void itemsOutsideTheCatalogueAreRefused() {
    SupervisedBatch batch = new SupervisedBatch(histories(1), new int[] {EAST}, new int[] {5}, 1);
    assertThatThrownBy(() -> loss.of(lookingEast(), batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("item row 5")
        .hasMessageContaining("1..4");
  }

  @Test
  void aBatchNeedsATargetAndTheSameNumberOfNegativesForEveryEvent() {
    assertThatThrownBy(() -> new SupervisedBatch(histories(2), new int[1], new int[2], 1))
        .hasMessageContaining("targets has 1 entries; the batch has 2 events");
    assertThatThrownBy(() -> new SupervisedBatch(histories(2), new int[2], new int[3], 2))
        .hasMessageContaining("negatives has 3 entries; 2 events with 2 each");
  }

  private static HistoryBatch histories(int events) {
    return new HistoryBatch(
        new int[] {0, events}, filled(events), new long[events], new long[] {0});
  }

  private static int[] filled(int events) {
    int[] items = new int[events];
    Arrays.fill(items, EAST);
    return items;
  }

  /// A user whose every row is `(1, 0)`.
  private static ForwardTrace lookingEast() {
    return new ForwardTrace(List.of(), new double[] {1, 0, 1, 0, 0, 0}, new double[] {1, 0});
  }

  private static ModelWeights weights() {
    ModelWeights random = RandomModels.weights(CONFIG, 1);
    return new ModelWeights(MemorySegment.ofArray(ITEMS), random.positions(), random.blocks());
  }
}
