package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every user stands in exactly one group, longest first, and no group of several users exceeds a
/// bound.
class MicroBatchesTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void groupsPartitionTheUsersWithinBounds(long seed) {
    Random random = new Random(seed);
    MicroBatches bounds = new MicroBatches(1 + random.nextInt(5_000), 1 + random.nextInt(300));
    int[] lengths = random.ints(random.nextInt(200), 1, 80).toArray();
    List<int[]> groups = bounds.plan(lengths);
    assertThat(groups.stream().flatMapToInt(Arrays::stream).sorted().toArray())
        .isEqualTo(IntStream.range(0, lengths.length).toArray());
    int previous = Integer.MAX_VALUE;
    for (int[] group : groups) {
      int longest = lengths[group[0]];
      for (int user : group) {
        assertThat(lengths[user]).isLessThanOrEqualTo(previous);
        previous = lengths[user];
      }
      if (group.length > 1) {
        assertThat((long) group.length * longest * longest).isLessThanOrEqualTo(bounds.maxCells());
        assertThat(group.length * longest).isLessThanOrEqualTo(bounds.maxRows());
      }
    }
  }

  @Test
  void aUserBeyondEveryBoundStandsAlone() {
    assertThat(new MicroBatches(10, 10).plan(new int[] {5, 400, 3}))
        .containsExactly(new int[] {1}, new int[] {0}, new int[] {2});
  }

  @Test
  void boundsBelowOneAreRefused() {
    assertThatThrownBy(() -> new MicroBatches(0, 1)).hasMessageContaining("maxCells=0");
    assertThatThrownBy(() -> new MicroBatches(1, 0)).hasMessageContaining("maxRows=0");
  }
}
