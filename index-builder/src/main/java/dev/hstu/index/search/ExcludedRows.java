package dev.hstu.index.search;

import org.roaringbitmap.RoaringBitmap;

/// All rows but those of a bitmap.
record ExcludedRows(RoaringBitmap rows) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return !rows.contains(row);
  }

  @Override
  public int maxAccepted(int items) {
    return items - (int) rows.rangeCardinality(0, items);
  }

  @Override
  public int maxAcceptedWithin(int first, int end) {
    return end - first - (int) rows.rangeCardinality(first, end);
  }

  @Override
  public int nextAccepted(int row, int end) {
    return row >= end ? end : (int) Math.min(rows.nextAbsentValue(row), end);
  }
}
