package dev.hstu.index.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Deferred selection keeps what the heap keeps, ties included, in whatever order rows come.
final class BufferedBestTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void keepsWhatTheHeapKeeps(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedBest buffered = new BufferedBest();
    for (int round = 0; round < 60; round++) {
      int capacity = random.nextInt(round % 3 == 0 ? 4 : 700);
      int rows = random.nextInt(5_000);
      int distinct = 1 + random.nextInt(round % 2 == 0 ? 3 : 1_000_000);
      BestRows heap = new BestRows(capacity);
      heap.reset(capacity);
      buffered.reset(capacity);
      for (int i = 0; i < rows && capacity > 0; i++) {
        int row = (int) ((i * 7_919L) % 5_003);
        float score = random.nextInt(-distinct, distinct) / 1_000f;
        heap.offer(row, score);
        buffered.offer(row, score);
        assertThat(buffered.floor()).isLessThanOrEqualTo(heap.floor());
      }
      buffered.select();

      assertThat(keptBy(buffered)).isEqualTo(keptBy(heap));
      assertThat(buffered.isFull()).isEqualTo(heap.isFull());
    }
  }

  private static Set<Integer> keptBy(BestRows heap) {
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < heap.size(); i++) {
      rows.add(heap.rowAt(i));
    }
    return rows;
  }

  private static Set<Integer> keptBy(BufferedBest buffered) {
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < buffered.size(); i++) {
      rows.add(buffered.rowAt(i));
    }
    return rows;
  }
}
