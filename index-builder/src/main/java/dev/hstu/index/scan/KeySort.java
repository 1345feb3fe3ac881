package dev.hstu.index.scan;

import java.util.Arrays;

/// Sorts keys ([BestRows#key]) by spreading them over buckets of equal width between the least and
/// the greatest, and then each bucket (distribution sort; Knuth, TAOCP 3, section 5.2.5). Hundreds
/// of scores leave one or two in most buckets, so that almost nothing is compared. Scratch memory
/// of one thread that grows to the largest use so far.
final class KeySort {

  /// Buckets for each key: twice as many save a comparison now and then and cost more to clear.
  private static final int BUCKETS_PER_KEY = 2;

  /// Fewer keys are left to comparisons.
  private static final int MIN_KEYS = 32;

  private long[] spread = new long[0];
  private int[] ends = new int[0];

  /// Sorts `keys[0..count-1]`, least first.
  void sort(long[] keys, int count) {
    if (count < MIN_KEYS) {
      Arrays.sort(keys, 0, count);
      return;
    }
    long least = keys[0];
    long greatest = keys[0];
    for (int i = 1; i < count; i++) {
      least = Math.min(least, keys[i]);
      greatest = Math.max(greatest, keys[i]);
    }
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(BUCKETS_PER_KEY * count - 1);
    // The difference of any two keys fits, taken as unsigned.
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(greatest - least) - bits);
    makeRoom(count, 1 << bits);
    for (int i = 0; i < count; i++) {
      ends[(int) ((keys[i] - least) >>> shift) + 1]++;
    }
    for (int b = 0; b < 1 << bits; b++) {
      ends[b + 1] += ends[b];
    }
    for (int i = 0; i < count; i++) {
      spread[ends[(int) ((keys[i] - least) >>> shift)]++] = keys[i];
    }
    // Each has moved to the end of its bucket.
    int start = 0;
    for (int b = 0; b < 1 << bits; b++) {
      if (ends[b] - start > 1) {
        Arrays.sort(spread, start, ends[b]);
      }
      start = ends[b];
    }
    System.arraycopy(spread, 0, keys, 0, count);
  }

  private void makeRoom(int count, int buckets) {
    if (spread.length < count) {
      spread = new long[count];
    }
    if (ends.length <= buckets) {
      ends = new int[buckets + 1];
    } else {
      Arrays.fill(ends, 0, buckets + 1, 0);
    }
  }
}
