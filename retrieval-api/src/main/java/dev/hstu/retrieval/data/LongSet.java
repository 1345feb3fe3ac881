package dev.hstu.retrieval.data;

import java.util.Arrays;

/// A set of longs other than 0 that is cleared and filled again for every user: open addressing,
/// nothing boxed.
final class LongSet {

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;
  private static final int MIN_SLOTS = 16;

  private long[] slots = new long[MIN_SLOTS];
  private int mask = MIN_SLOTS - 1;

  /// Empties the set and makes room for `most` values.
  void clear(int most) {
    int wanted =
        (int) Math.min(1L << 30, Long.highestOneBit(Math.max(MIN_SLOTS, 4L * most) - 1) << 1);
    if (wanted > slots.length) {
      slots = new long[wanted];
    } else {
      Arrays.fill(slots, 0, wanted, 0);
    }
    mask = wanted - 1;
  }

  /// Adds a value.
  ///
  /// @return whether it was new
  boolean add(long value) {
    int slot = (int) (value * MULTIPLIER >>> Integer.SIZE) & mask;
    while (slots[slot] != 0) {
      if (slots[slot] == value) {
        return false;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = value;
    return true;
  }
}
