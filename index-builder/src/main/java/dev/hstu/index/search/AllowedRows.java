package dev.hstu.index.search;

import org.roaringbitmap.RoaringBitmap;

/// Only the rows of a bitmap.
record AllowedRows(RoaringBitmap rows) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return rows.contains(row);
  }

  @Override
  public int maxAccepted(int items) {
    return (int) rows.rangeCardinality(0, items);
  }

  @Override
  public int maxAcceptedWithin(int first, int end) {
    return (int) rows.rangeCardinality(first, end);
  }

  @Override
  public int nextAccepted(int row, int end) {
    long next = row >= end ? -1 : rows.nextValue(row);
    return next < 0 || next >= end ? end : (int) next;
  }
}
