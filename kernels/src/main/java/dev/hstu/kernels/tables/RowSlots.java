package dev.hstu.kernels.tables;

/// Open addressing with linear probing over row numbers: finds the rows whose keys may equal a
/// wanted one by hash. The keys stay with the owner, which compares them, so nothing is boxed.
///
/// ```
/// for (int slot = slots.first(hash); (row = slots.row(slot)) >= 0; slot = slots.next(slot))
///   if (key of row equals the wanted one) return row;
/// ```
final class RowSlots {
  /// Half of the largest power-of-two array, at a load of one half.
  static final int MAX_ROWS = 1 << 29;

  private static final int MIN_SLOTS = 16;

  /// Row plus one; 0 is free.
  private int[] slots;

  private int rows;

  /// Hash of the key of a row, as the owner computes it.
  @FunctionalInterface
  interface RowHash {
    long of(int row);
  }

  /// Room for a few rows, to grow.
  RowSlots() {
    this(1);
  }

  /// Room for so many rows without growing.
  RowSlots(int expectedRows) {
    int rounded = Integer.highestOneBit(Math.clamp(expectedRows, 1, MAX_ROWS) * 2 - 1);
    slots = new int[Math.max(MIN_SLOTS, 2 * rounded)];
  }

  /// The slot where a key of this hash is looked for first.
  int first(long hash) {
    // The mixed bits at the top: the owners' hashes end in a multiplication.
    return (int) (hash >>> 32) & slots.length - 1;
  }

  int next(int slot) {
    return slot + 1 & slots.length - 1;
  }

  /// The row in a slot, or -1 where the search ends.
  int row(int slot) {
    return slots[slot] - 1;
  }

  /// Adds the next row, whose key was looked for and ended at the free `slot`.
  void add(int slot, RowHash hashes) {
    if (rows == MAX_ROWS) {
      throw new IllegalStateException(
          "more than " + MAX_ROWS + " ids in one table; split the catalogue into shards");
    }
    slots[slot] = ++rows;
    if (rows > slots.length / 2) {
      rehash(hashes);
    }
  }

  private void rehash(RowHash hashes) {
    slots = new int[slots.length * 2];
    for (int row = 0; row < rows; row++) {
      int slot = first(hashes.of(row));
      while (slots[slot] != 0) {
        slot = next(slot);
      }
      slots[slot] = row + 1;
    }
  }
}
