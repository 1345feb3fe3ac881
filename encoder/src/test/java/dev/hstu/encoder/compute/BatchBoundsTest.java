package dev.hstu.encoder.compute;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A batch passes exactly when each of its values is within its bounds, and the first wrong value
/// is named with its user and event.
class BatchBoundsTest {

  private static final int ITEMS = 100;
  private static final HstuConfig CONFIG = new HstuConfig(ITEMS, 20, 2, 8, 1, 8, 8, 1, 0.05, 1);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void oneWrongItemAnywhereIsNamed(long seed) {
    Random random = new Random(seed);
    for (int wrong : new int[] {0, -1, Integer.MIN_VALUE, ITEMS + 1, Integer.MAX_VALUE}) {
      HistoryBatch batch = batch(random);
      int user = random.nextInt(batch.users());
      int event = random.nextInt(batch.length(user));
      batch.items()[batch.offsets()[user] + event] = wrong;

      assertThatThrownBy(() -> BatchBounds.require(batch, CONFIG))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "item row %d of user %d of the batch, event %d, must be within 1..%d",
              wrong, user, event, ITEMS);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void oneWrongTimeAnywhereIsNamed(long seed) {
    Random random = new Random(seed);
    long[] beyond = {Clock.MAX_SECONDS + 1, -Clock.MAX_SECONDS - 1, Long.MIN_VALUE, Long.MAX_VALUE};
    for (long wrong : beyond) {
      HistoryBatch batch = batch(random);
      int user = random.nextInt(batch.users());
      int event = random.nextInt(batch.length(user));
      batch.times()[batch.offsets()[user] + event] = wrong;
      assertThatThrownBy(() -> BatchBounds.require(batch, CONFIG))
          .hasMessageContaining("time %d of event %d of user %d ".formatted(wrong, event, user));

      HistoryBatch late = batch(random);
      late.requestTimes()[0] = wrong;
      assertThatThrownBy(() -> BatchBounds.require(late, CONFIG))
          .hasMessageContaining("time %d of the request of user 0 ".formatted(wrong));
    }
  }

  @Test
  void valuesAtTheBoundsPass() {
    HistoryBatch batch =
        new HistoryBatch(
            new int[] {0, 2},
            new int[] {1, ITEMS},
            new long[] {-Clock.MAX_SECONDS, Clock.MAX_SECONDS},
            new long[] {Clock.MAX_SECONDS});
    assertThatCode(() -> BatchBounds.require(batch, CONFIG)).doesNotThrowAnyException();
    HistoryBatch empty = new HistoryBatch(new int[] {0}, new int[0], new long[0], new long[0]);
    assertThatCode(() -> BatchBounds.require(empty, CONFIG)).doesNotThrowAnyException();
  }

  /// 1 to 9 users of 1 to Nmax events, all within their bounds.
  private static HistoryBatch batch(Random random) {
    int users = 1 + random.nextInt(9);
    int[] offsets = new int[users + 1];
    for (int b = 0; b < users; b++) {
      offsets[b + 1] = offsets[b] + 1 + random.nextInt(CONFIG.maxEvents());
    }
    int[] items = random.ints(offsets[users], 1, ITEMS + 1).toArray();
    long[] times =
        random.longs(offsets[users], -Clock.MAX_SECONDS, Clock.MAX_SECONDS + 1).toArray();
    return new HistoryBatch(offsets, items, times, new long[users]);
  }
}
