package dev.hstu.index.search;

import org.apache.lucene.util.FixedBitSet;

/// A filter taken apart: a bitmap of rows that outlives the search, and what else is to be asked of
/// its rows. Below the bitmap's end, a row passes the filter exactly if its bit is set and `others`
/// passes it; beyond, nothing is said.
///
/// @param bits shared, must not change; recognised by identity
/// @param firstRow the bit of row 0
/// @param others [ItemFilter#all] where there is nothing else
public record BitmapPart(FixedBitSet bits, int firstRow, ItemFilter others) {

  /// The rows of this that pass another filter too.
  public BitmapPart and(ItemFilter other) {
    return new BitmapPart(bits, firstRow, others.and(other));
  }

  /// Whether the bitmap knows the rows `0..rows-1`.
  boolean covers(int rows) {
    return (long) firstRow + rows <= bits.length();
  }
}
