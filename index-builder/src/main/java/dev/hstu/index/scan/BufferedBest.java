package dev.hstu.index.scan;

/// The best rows seen so far, like [BestRows], by deferred selection: rows above the floor go into
/// a buffer of more than twice the bound, and when it is full the best of it are selected (Hoare's
/// quickselect) and the floor rises. For hundreds of rows out of thousands that takes a fraction of
/// the time of a heap; the floor is lower meanwhile, so more rows are offered. What is kept in the
/// end is the same, in whatever order rows come. For one thread.
public final class BufferedBest {

  /// Room beyond twice the bound, so that small bounds don't select at every few rows.
  private static final int MIN_SLACK = 256;

  private long[] buffer = new long[0];
  private int capacity;
  private int limit;
  private int size;
  private long floorKey;
  private float floor;

  /// Empties the buffer and bounds what is kept, at least 0; allocates only beyond the largest
  /// bound so far.
  public void reset(int newCapacity) {
    capacity = newCapacity;
    limit = Math.addExact(Math.multiplyExact(2, newCapacity), MIN_SLACK);
    if (buffer.length < limit) {
      buffer = new long[limit];
    }
    size = 0;
    floorKey = Long.MIN_VALUE;
    floor = Float.NEGATIVE_INFINITY;
  }

  /// How many are kept in the end.
  public int capacity() {
    return capacity;
  }

  /// Copies the keys of what is kept, for a sweep that keeps keys of its own and then hands them to
  /// [#replace].
  ///
  /// @return how many
  public int copyTo(long[] keys, int first) {
    select();
    System.arraycopy(buffer, 0, keys, first, size);
    return size;
  }

  /// Keeps other rows instead.
  ///
  /// @param keys of at most as many rows as the bound, from `first` on
  /// @param newFloor nothing below it is wanted any more
  public void replace(long[] keys, int first, int count, float newFloor) {
    System.arraycopy(keys, first, buffer, 0, count);
    size = count;
    floorKey = Long.MIN_VALUE;
    floor = newFloor;
  }

  /// A score below which nothing is kept any more.
  public float floor() {
    return floor;
  }

  /// Whether as many rows were seen as may be kept.
  public boolean isFull() {
    return size >= capacity;
  }

  /// Keeps the row if it may be among the best.
  public void offer(int row, float score) {
    offer(BestRows.key(row, score));
  }

  /// Keeps the row of a key ([BestRows#key]) if it may be among the best.
  public void offer(long key) {
    if (key > floorKey && capacity > 0) {
      buffer[size++] = key;
      if (size == limit) {
        select();
      }
    }
  }

  /// Drops all but the best.
  public void select() {
    if (size <= capacity) {
      return;
    }
    moveBestToFront();
    size = capacity;
    floorKey = Long.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      floorKey = Math.min(floorKey, buffer[i]);
    }
    floor = BestRows.score(floorKey);
  }

  /// How many rows are kept; after [#select], at most the bound.
  public int size() {
    return size;
  }

  /// The row at a position, in no useful order.
  public int rowAt(int position) {
    return BestRows.row(buffer[position]);
  }

  /// The score at a position.
  public float scoreAt(int position) {
    return BestRows.score(buffer[position]);
  }

  /// Quickselect: the `capacity` greatest keys come first. Keys are distinct, since rows are.
  private void moveBestToFront() {
    int from = 0;
    int to = size - 1;
    while (from < to) {
      long pivot = median(buffer[from], buffer[(from + to) >>> 1], buffer[to]);
      int i = from;
      int j = to;
      while (i <= j) {
        while (buffer[i] > pivot) {
          i++;
        }
        while (buffer[j] < pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = buffer[i];
          buffer[i++] = buffer[j];
          buffer[j--] = swapped;
        }
      }
      if (capacity - 1 <= j) {
        to = j;
      } else if (capacity - 1 >= i) {
        from = i;
      } else {
        return;
      }
    }
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
