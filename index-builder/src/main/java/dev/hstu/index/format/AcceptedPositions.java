package dev.hstu.index.format;

import java.util.concurrent.locks.ReentrantLock;

/// What a filter that lasts over many searches accepts of one segment, one bit a position. A sweep
/// then asks neighbouring bits, where by document each vector costs two random accesses.
///
/// Filled slice by slice by the searches that would have use for it, so that none waits for a pass
/// over the whole segment; until it [#isWhole] they ask the filter itself. For any number of
/// threads.
public final class AcceptedPositions {

  /// Positions a search adds: about as long as the search itself takes, half a millisecond.
  private static final int SLICE = 1 << 17;

  private final Partitions partitions;
  private final long[] bits;
  private final ReentrantLock filling = new ReentrantLock();
  private int filled;
  private volatile boolean whole;

  /// @param partitions of the segment, open as long as anything is filled
  public AcceptedPositions(Partitions partitions) {
    this.partitions = partitions;
    this.bits = new long[Math.ceilDiv(partitions.size(), Long.SIZE)];
    this.whole = partitions.size() == 0;
  }

  /// Fills a further slice, unless another thread is at it or nothing is left.
  ///
  /// @param filter each time one that accepts the same documents; not kept
  /// @return whether everything is filled
  public boolean fill(DocumentFilter filter) {
    if (!whole && filling.tryLock()) {
      try {
        fillSlice(filter);
      } finally {
        filling.unlock();
      }
    }
    return whole;
  }

  private void fillSlice(DocumentFilter filter) {
    int end = (int) Math.min(partitions.size(), (long) filled + SLICE);
    for (int position = filled; position < end; position++) {
      if (filter.accepts(partitions.document(position))) {
        bits[position >>> 6] |= 1L << position;
      }
    }
    filled = end;
    whole = end == partitions.size();
  }

  /// Whether every position is filled.
  public boolean isWhole() {
    return whole;
  }

  /// int64 `[⌈size/64⌉]`, the lowest bit first; not to be read before all [#isWhole], nor changed.
  long[] bits() {
    return bits;
  }
}
