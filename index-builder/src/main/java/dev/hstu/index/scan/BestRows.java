package dev.hstu.index.scan;

/// The best rows seen so far: a bounded min-heap over (score, row) packed into longs, so that
/// nothing is boxed and one comparison decides; only made a heap once it is full and a further row
/// is to be held against the worst. Higher scores are better; of equal scores the lower
/// row. For one thread.
public final class BestRows {

  private long[] heap;
  private int capacity;
  private int size;
  private boolean isHeap;
  private final KeySort sort = new KeySort();

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
    isHeap = false;
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
    return isFull() ? score(worst()) : Float.NEGATIVE_INFINITY;
  }

  /// Keeps the row if it is among the best.
  ///
  /// @return whether it was kept
  public boolean offer(int row, float score) {
    long key = key(row, score);
    if (size < capacity) {
      heap[size++] = key;
      return true;
    }
    if (key <= worst()) {
      return false;
    }
    siftDown(0, key);
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
    sort.sort(heap, size);
    for (int i = 0; i < size; i++) {
      long key = heap[size - 1 - i];
      rows[i] = row(key);
      scores[i] = score(key);
    }
    int drained = size;
    size = 0;
    isHeap = false;
    return drained;
  }

  private long worst() {
    if (!isHeap) {
      for (int position = size / 2 - 1; position >= 0; position--) {
        siftDown(position, heap[position]);
      }
      isHeap = true;
    }
    return heap[0];
  }

  /// Puts `key` in place of the one at a position, below which there is a heap.
  private void siftDown(int position, long key) {
    int parent = position;
    int child = 2 * position + 1;
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
  public static long key(int row, float score) {
    return ((long) ordered(Float.floatToRawIntBits(score + 0f)) << 32) | (~row & 0xFFFF_FFFFL);
  }

  /// The row of a key.
  public static int row(long key) {
    return ~(int) key;
  }

  /// The score of a key.
  public static float score(long key) {
    return Float.intBitsToFloat(ordered((int) (key >> 32)));
  }

  /// Flips the magnitude bits of negative floats; its own inverse.
  private static int ordered(int bits) {
    return bits ^ ((bits >> 31) & 0x7FFF_FFFF);
  }
}
