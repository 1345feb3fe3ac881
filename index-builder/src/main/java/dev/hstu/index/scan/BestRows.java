package dev.hstu.index.scan;

import java.util.Arrays;

/// The best rows seen so far: a bounded min-heap over (score, row) packed into longs, so that
/// nothing is boxed and one comparison decides. Higher scores are better; of equal scores the lower
/// row. For one thread.
public final class BestRows {

  private long[] heap;
  private int capacity;
  private int size;

  /// Room for `expectedCapacity` rows without growing.
  public BestRows(int expectedCapacity) {
    heap = new long[expectedCapacity];
  }

  /// Empties the heap and bounds it; allocates only beyond the largest bound so far.
  public void reset(int newCapacity) {
    if (heap.length < newCapacity) {
      heap = new long[newCapacity];
    }
    capacity = newCapacity;
    size = 0;
  }

  /// How many rows are kept.
  public int size() {
    return size;
  }

  /// Whether as many rows are kept as the bound allows.
  public boolean isFull() {
    return size == capacity;
  }

  /// The score of the worst kept row once full, else negative infinity: a lower score can't enter.
  public float floor() {
    return isFull() ? score(heap[0]) : Float.NEGATIVE_INFINITY;
  }

  /// Keeps the row if it is among the best.
  ///
  /// @return whether it was kept
  public boolean offer(int row, float score) {
    long key = key(row, score);
    if (size < capacity) {
      siftUp(size++, key);
      return true;
    }
    if (key <= heap[0]) {
      return false;
    }
    siftDown(key);
    return true;
  }

  /// The row at a heap position, in no useful order.
  public int rowAt(int position) {
    return row(heap[position]);
  }

  /// Moves all rows out, best first.
  ///
  /// @return how many
  public int drainDescending(int[] rows, float[] scores) {
    Arrays.sort(heap, 0, size);
    for (int i = 0; i < size; i++) {
      long key = heap[size - 1 - i];
      rows[i] = row(key);
      scores[i] = score(key);
    }
    int drained = size;
    size = 0;
    return drained;
  }

  private void siftUp(int position, long key) {
    int child = position;
    while (child > 0) {
      int parent = (child - 1) >>> 1;
      if (heap[parent] <= key) {
        break;
      }
      heap[child] = heap[parent];
      child = parent;
    }
    heap[child] = key;
  }

  /// Replaces the root by `key`.
  private void siftDown(long key) {
    int parent = 0;
    int child = 1;
    while (child < size) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (key <= heap[child]) {
        break;
      }
      heap[parent] = heap[child];
      parent = child;
      child = 2 * parent + 1;
    }
    heap[parent] = key;
  }

  /// Score in the upper half as an order-preserving int; in the lower the complement of the row, so
  /// that of equal scores the lower row has the greater key. Adding 0 turns -0 into +0: they are
  /// equal scores.
  static long key(int row, float score) {
    return ((long) ordered(Float.floatToRawIntBits(score + 0f)) << 32) | (~row & 0xFFFF_FFFFL);
  }

  static int row(long key) {
    return ~(int) key;
  }

  static float score(long key) {
    return Float.intBitsToFloat(ordered((int) (key >> 32)));
  }

  /// Flips the magnitude bits of negative floats; its own inverse.
  private static int ordered(int bits) {
    return bits ^ ((bits >> 31) & 0x7FFF_FFFF);
  }
}
