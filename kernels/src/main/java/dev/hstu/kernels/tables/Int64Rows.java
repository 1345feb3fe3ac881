package dev.hstu.kernels.tables;

import java.util.Arrays;

/// A growing set of distinct longs, numbered in order of arrival.
final class Int64Rows {
  private static final int INITIAL_ROWS = 16;

  private final RowSlots slots;
  private long[] values;
  private int size;

  Int64Rows() {
    this(INITIAL_ROWS);
  }

  /// Room for so many rows: growing takes a second copy of all.
  Int64Rows(int expectedRows) {
    slots = new RowSlots(expectedRows);
    values = new long[Math.max(INITIAL_ROWS, expectedRows)];
  }

  int size() {
    return size;
  }

  long value(int row) {
    return values[row];
  }

  /// The values in row order; only the first [#size] count.
  long[] values() {
    return values;
  }

  int find(long value) {
    return slots.row(slotOf(value));
  }

  /// The rows of many values. Each loop has reads that don't depend on each other, so that a
  /// processor has as many under way as it can.
  ///
  /// @param rows below 0 at the places of values that aren't to be looked for, which stay; gets the
  ///     row of each other
  void findAll(long[] wanted, int[] rows) {
    int[] first = new int[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      first[i] = slots.row(slots.first(hash(wanted[i])));
    }
    long[] there = new long[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      there[i] = first[i] < 0 ? 0 : values[first[i]];
    }
    for (int i = 0; i < wanted.length; i++) {
      if (rows[i] >= 0) {
        // An empty first slot ends the search; another id there sends it on.
        rows[i] = first[i] < 0 || there[i] == wanted[i] ? first[i] : find(wanted[i]);
      }
    }
  }

  /// The row of `value`, a new one when it is unknown.
  int findOrAdd(long value) {
    int slot = slotOf(value);
    int row = slots.row(slot);
    if (row >= 0) {
      return row;
    }
    if (size == values.length) {
      values = Arrays.copyOf(values, ArrayGrowth.next(size));
    }
    values[size] = value;
    slots.add(slot, r -> hash(values[r]));
    return size++;
  }

  void trim() {
    if (values.length > size) {
      values = Arrays.copyOf(values, size);
    }
  }

  private int slotOf(long value) {
    int slot = slots.first(hash(value));
    int row;
    while ((row = slots.row(slot)) >= 0 && values[row] != value) {
      slot = slots.next(slot);
    }
    return slot;
  }

  /// Finaliser of MurmurHash3 (public domain, A. Appleby), so that runs and strides of ids spread.
  private static long hash(long value) {
    long h = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
    return (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
  }
}
