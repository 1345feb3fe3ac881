package dev.hstu.index.filter;

import dev.hstu.index.search.BitmapPart;
import dev.hstu.index.search.ItemFilter;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;
import org.roaringbitmap.RoaringBitmap;

/// Only the rows of a bitmap with one bit a row: the cheapest to ask, one load and a shift.
///
/// @param bits shared, must not change
/// @param cardinality how many are set
record BitmapRows(FixedBitSet bits, int cardinality) implements ItemFilter {

  /// A bitmap this sparse is kept as a compressed one instead: at one row in so many that takes an
  /// eighth of the memory, and so few rows are picked one by one rather than asked for.
  private static final int SPARSE_ROWS = 512;

  /// The filter of these rows in the form that serves best.
  static ItemFilter of(FixedBitSet bits) {
    int cardinality = bits.cardinality();
    if (cardinality == bits.length()) {
      return ItemFilter.all();
    }
    if (cardinality >= bits.length() / SPARSE_ROWS) {
      return new BitmapRows(bits, cardinality);
    }
    RoaringBitmap rows = new RoaringBitmap();
    int row = bits.nextSetBit(0);
    while (row != DocIdSetIterator.NO_MORE_DOCS) {
      rows.add(row);
      row = row + 1 < bits.length() ? bits.nextSetBit(row + 1) : DocIdSetIterator.NO_MORE_DOCS;
    }
    return ItemFilter.only(rows);
  }

  @Override
  public boolean accepts(int row) {
    return row < bits.length() && bits.get(row);
  }

  @Override
  public int maxAccepted(int items) {
    return items >= bits.length() ? cardinality : maxAcceptedWithin(0, items);
  }

  @Override
  public int maxAcceptedWithin(int first, int end) {
    int bound = Math.min(end, bits.length());
    return first >= bound ? 0 : bits.cardinality(first, bound);
  }

  @Override
  public int nextAccepted(int row, int end) {
    int bound = Math.min(end, bits.length());
    int next = row < bound ? bits.nextSetBit(row, bound) : DocIdSetIterator.NO_MORE_DOCS;
    return next == DocIdSetIterator.NO_MORE_DOCS ? end : next;
  }

  @Override
  public BitmapPart bitmapPart() {
    return new BitmapPart(bits, 0, ItemFilter.all());
  }
}
