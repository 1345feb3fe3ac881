package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How often users of many events are met.
class EpochOrderTest {

  private static final int EPOCHS = 4_000;

  /// With `E = 10`: users of 5 and 10 events are met always, of 20 every second epoch, of 40 every
  /// fourth and of 80 every eighth: `Σp = 1 + 1 + .5 + .25 + .125 = 2.875`, so that an epoch has 2
  /// examples and each share shrinks by `2/2.875`.
  @Test
  void aLongUserIsMetAsOftenAsItsShareSays() {
    EpochOrder order = new EpochOrder(new int[] {5, 10, 20, 40, 80}, 10, new RandomStreams(1));
    int[] met = new int[5];
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int[] examples = order.of(epoch);
      assertThat(examples).hasSize(2).doesNotHaveDuplicates();
      Arrays.stream(examples).forEach(example -> met[example]++);
    }
    double[] shares = {1, 1, 0.5, 0.25, 0.125};
    for (int user = 0; user < met.length; user++) {
      assertThat(met[user] / (double) EPOCHS).isCloseTo(shares[user] * 2 / 2.875, within(0.03));
    }
  }

  /// Shares of 1, 1, 1/2 and 1/2 sum to 3: short users are met in every epoch, and of the two long
  /// ones exactly one.
  @Test
  void shortUsersAreMetInEveryEpochWhereTheSumIsWhole() {
    EpochOrder order = new EpochOrder(new int[] {3, 6, 12, 12}, 6, new RandomStreams(1));
    int third = 0;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int[] examples = order.of(epoch);
      assertThat(examples).hasSize(3).doesNotHaveDuplicates().contains(0, 1);
      third += Arrays.stream(examples).anyMatch(example -> example == 2) ? 1 : 0;
    }
    assertThat(third / (double) EPOCHS).isCloseTo(0.5, within(0.03));
  }

  @Test
  void everyoneIsMetWhereNobodyIsLong() {
    int[] known = IntStream.rangeClosed(2, 60).toArray();
    EpochOrder order = new EpochOrder(known, 60, new RandomStreams(1));
    assertThat(order.count()).isEqualTo(known.length);
    assertThat(order.of(0)).containsExactlyInAnyOrder(IntStream.range(0, 59).toArray());
    assertThat(order.of(1)).isNotEqualTo(order.of(0));
  }

  @Test
  void anEpochIsTheSameWheneverItIsAskedForAndASeedHasItsOwn() {
    int[] known = IntStream.rangeClosed(2, 200).toArray();
    EpochOrder order = new EpochOrder(known, 20, new RandomStreams(1));
    assertThat(order.of(7)).isEqualTo(order.of(7)).hasSize(order.count());
    assertThat(order.of(7)).isNotEqualTo(new EpochOrder(known, 20, new RandomStreams(2)).of(7));
  }

  @Test
  void oneVeryLongUserIsStillMetOnceAnEpoch() {
    EpochOrder order = new EpochOrder(new int[] {1_000}, 2, new RandomStreams(1));
    assertThat(order.of(3)).containsExactly(0);
    assertThat(new EpochOrder(new int[0], 2, new RandomStreams(1)).count()).isZero();
  }
}
