package dev.hstu.index.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The heap keeps exactly what a full sort by score descending, row ascending, would put first.
final class BestRowsTest {

  private record Scored(int row, float score) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void keepsWhatASortWouldPutFirst(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BestRows best = new BestRows(1);
    for (int round = 0; round < 200; round++) {
      int offered = random.nextInt(60);
      int capacity = 1 + random.nextInt(40);
      int levels = 1 + random.nextInt(12); // few levels: many ties
      List<Scored> all = new ArrayList<>();
      best.reset(capacity);
      for (int i = 0; i < offered; i++) {
        Scored scored = new Scored(random.nextInt(), (random.nextInt(levels) - levels / 2) * 0.5f);
        all.add(scored);
        best.offer(scored.row(), scored.score());
      }
      all.sort(
          Comparator.comparingDouble((Scored s) -> -s.score())
              .thenComparing(Scored::row, Integer::compareUnsigned));
      List<Scored> expected = all.subList(0, Math.min(capacity, offered));

      assertThat(best.floor())
          .isEqualTo(offered < capacity ? Float.NEGATIVE_INFINITY : expected.getLast().score());
      assertThat(drain(best)).isEqualTo(expected);
    }
  }

  @Test
  void negativeZeroEqualsZero() {
    BestRows best = new BestRows(2);
    best.reset(2);
    best.offer(1, 0f);
    best.offer(0, -0f);

    assertThat(drain(best)).containsExactly(new Scored(0, 0f), new Scored(1, 0f));
  }

  @Test
  void saysWhetherARowWasKept() {
    BestRows best = new BestRows(1);
    best.reset(1);

    assertThat(best.offer(5, 1f)).isTrue();
    assertThat(best.offer(6, 1f)).as("equal score, higher row").isFalse();
    assertThat(best.offer(4, 1f)).as("equal score, lower row").isTrue();
    assertThat(best.offer(3, .5f)).isFalse();
  }

  private static List<Scored> drain(BestRows best) {
    int[] rows = new int[best.size()];
    float[] scores = new float[best.size()];
    int drained = best.drainDescending(rows, scores);
    List<Scored> result = new ArrayList<>();
    for (int i = 0; i < drained; i++) {
      result.add(new Scored(rows[i], scores[i]));
    }
    return result;
  }
}
