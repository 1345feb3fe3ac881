package dev.hstu.encoder.compute.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ranges cover a batch in its order, within the budget, and none could take one user more.
class UserRangeTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void rangesCoverTheBatchAndFillTheBudget(long seed) {
    Random random = new Random(seed);
    int longest = 1 + random.nextInt(20);
    HistoryBatch batch = batch(random.ints(1 + random.nextInt(60), 1, longest + 1).toArray());
    int maxTokens = longest + random.nextInt(40);
    int maxUsers = 1 + random.nextInt(12);
    List<UserRange> ranges = UserRange.split(batch, maxTokens, maxUsers);
    int next = 0;
    for (UserRange range : ranges) {
      assertThat(range.from()).isEqualTo(next);
      assertThat(range.users()).isBetween(1, maxUsers);
      assertThat(tokens(batch, range.from(), range.to())).isLessThanOrEqualTo(maxTokens);
      boolean last = range.to() == batch.users();
      assertThat(
              last
                  || range.users() == maxUsers
                  || tokens(batch, range.from(), range.to() + 1) > maxTokens)
          .isTrue();
      next = range.to();
    }
    assertThat(next).isEqualTo(batch.users());
  }

  @Test
  void anEmptyBatchHasNoRanges() {
    assertThat(UserRange.split(batch(), 10, 10)).isEmpty();
  }

  @Test
  void aBatchThatFitsIsOneRange() {
    assertThat(UserRange.split(batch(3, 4, 3), 10, 3)).containsExactly(new UserRange(0, 3));
  }

  private static int tokens(HistoryBatch batch, int from, int to) {
    return batch.offsets()[to] - batch.offsets()[from];
  }

  private static HistoryBatch batch(int... lengths) {
    int[] offsets = new int[lengths.length + 1];
    for (int b = 0; b < lengths.length; b++) {
      offsets[b + 1] = offsets[b] + lengths[b];
    }
    int tokens = offsets[lengths.length];
    int[] items = IntStream.range(0, tokens).map(i -> 1).toArray();
    return new HistoryBatch(offsets, items, new long[tokens], new long[lengths.length]);
  }
}
