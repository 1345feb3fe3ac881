package dev.hstu.index.live;

/// Which later row ended each row, by superseding or deleting its item: what is live at a moment
/// follows from how many rows there were then, so no moment needs a bitmap of its own.
///
/// One thread writes, any number read. A reader that got a moment's number of rows by a volatile
/// read sees all ends up to it; ends beyond, seen or not, mean nothing to it.
final class RowEnds {

  /// Rows in one chunk, 16 KiB: untouched chunks take no memory.
  private static final int CHUNK_BITS = 12;

  private static final int MASK = (1 << CHUNK_BITS) - 1;

  /// int[chunk][row in chunk], the ending row plus 1, or 0.
  private final int[][] chunks;

  /// Room for rows `0..maxRows-1`.
  RowEnds(int maxRows) {
    chunks = new int[(maxRows >>> CHUNK_BITS) + 1][];
  }

  /// Whether a row is live when rows `0..rows-1` are there. A row that ends itself never is.
  boolean isLive(int row, int rows) {
    int[] chunk = chunks[row >>> CHUNK_BITS];
    if (chunk == null) {
      return true;
    }
    int end = chunk[row & MASK];
    return end == 0 || end > rows;
  }

  /// Ends a live row by a later one, or by itself.
  void end(int row, int by) {
    int[] chunk = chunks[row >>> CHUNK_BITS];
    if (chunk == null) {
      chunk = new int[MASK + 1];
      chunks[row >>> CHUNK_BITS] = chunk;
    }
    chunk[row & MASK] = by + 1;
  }
}
