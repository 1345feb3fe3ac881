package dev.hstu.retrieval.retrieve;

import dev.hstu.index.search.ItemFilter;
import java.util.Arrays;

/// The catalogue rows one query leaves out, as a filter. Made to be used again: open addressing
/// over one array that grows to the largest query so far, of which each query clears and uses
/// only what it needs. For one thread.
final class ExclusionSet implements ItemFilter {

  private static final int EMPTY = -1;
  private static final int LEAST_SLOTS = 16;

  /// Spreads neighbouring rows over the slots (Fibonacci hashing, 2^32 over the golden ratio).
  private static final int SPREAD = 0x9E3779B9;

  private int[] slots = new int[LEAST_SLOTS];

  /// The rows in the order in which they were first added.
  private int[] added = new int[LEAST_SLOTS];

  private int mask;
  private int shift;
  private int size;

  ExclusionSet() {
    reset(0);
  }

  /// Empties the set and makes room for so many rows, at most half full.
  void reset(int expectedRows) {
    int needed = Math.max(LEAST_SLOTS, Integer.highestOneBit(Math.max(1, expectedRows)) << 2);
    if (slots.length < needed) {
      slots = new int[needed];
      added = new int[needed];
    }
    Arrays.fill(slots, 0, needed, EMPTY);
    mask = needed - 1;
    shift = Integer.numberOfLeadingZeros(mask);
    size = 0;
  }

  /// Leaves a row out; again has no effect.
  void add(int row) {
    int slot = slotOf(row);
    if (slots[slot] == EMPTY) {
      slots[slot] = row;
      added[size++] = row;
    }
  }

  /// Number of distinct rows left out.
  int size() {
    return size;
  }

  /// The distinct rows left out, in the order in which they were first added, the caller's own.
  int[] rows() {
    return Arrays.copyOf(added, size);
  }

  @Override
  public boolean accepts(int row) {
    return slots[slotOf(row)] == EMPTY;
  }

  @Override
  public int maxAccepted(int items) {
    return items - size;
  }

  /// The slot that holds `row`, or the empty one where it would be put.
  private int slotOf(int row) {
    int slot = (row * SPREAD) >>> shift;
    while (slots[slot] != EMPTY && slots[slot] != row) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
