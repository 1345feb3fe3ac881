package dev.hstu.encoder.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// The table walk gives what counting every edge gives.
class TimeBucketsTest {

  private static int byLinearSearch(long delta) {
    int bucket = 0;
    for (long edge : TimeBuckets.edges()) {
      // Comparing negatives keeps Long.MIN_VALUE, which has no positive counterpart, right.
      if (-edge >= -Math.abs(delta) || delta == Long.MIN_VALUE) {
        bucket++;
      }
    }
    return bucket;
  }

  private static void assertSameBucket(long delta) {
    assertThat(TimeBuckets.bucket(delta)).as("bucket(%d)", delta).isEqualTo(byLinearSearch(delta));
    assertThat(TimeBuckets.bucket(-delta)).isEqualTo(TimeBuckets.bucket(delta));
  }

  @Test
  void everyEdgeAndItsNeighboursFallIntoTheRightBucket() {
    for (long edge : TimeBuckets.edges()) {
      assertSameBucket(edge - 1);
      assertSameBucket(edge);
      assertSameBucket(edge + 1);
    }
  }

  @Test
  void everyPowerOfTwoAndTheExtremesFallIntoTheRightBucket() {
    for (int bit = 0; bit < 63; bit++) {
      assertSameBucket((1L << bit) - 1);
      assertSameBucket(1L << bit);
      assertSameBucket((1L << bit) + 1);
    }
    assertThat(TimeBuckets.bucket(0)).isZero();
    assertThat(TimeBuckets.bucket(1)).isZero();
    assertThat(TimeBuckets.bucket(Long.MAX_VALUE)).isEqualTo(TimeBuckets.HIGHEST);
    assertThat(TimeBuckets.bucket(Long.MIN_VALUE)).isEqualTo(TimeBuckets.HIGHEST);
  }

  @Test
  void randomDifferencesOfEverySizeFallIntoTheRightBucket() {
    Random random = new Random(17);
    for (int n = 0; n < 200_000; n++) {
      assertSameBucket(random.nextLong() >>> random.nextInt(63));
    }
  }

  @Test
  void edgesAgreeWithTheFormulaOfThePaperAwayFromRounding() {
    Random random = new Random(18);
    for (int n = 0; n < 50_000; n++) {
      long delta = random.nextLong() >>> (8 + random.nextInt(50));
      double exact = Math.log((double) Math.max(delta, 1)) / 0.301;
      boolean nearAnEdge = Math.abs(exact - Math.rint(exact)) < 1e-4;
      if (!nearAnEdge) {
        assertThat(TimeBuckets.bucket(delta)).isEqualTo((int) Math.min(exact, 128));
      }
    }
  }

  @Test
  void theCallerOwnsTheEdges() {
    TimeBuckets.edges()[0] = 99;
    assertThat(TimeBuckets.edges()[0]).isEqualTo(2);
  }
}
