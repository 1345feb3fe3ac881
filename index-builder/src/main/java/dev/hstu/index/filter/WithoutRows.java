package dev.hstu.index.filter;

import dev.hstu.index.search.BitmapPart;
import dev.hstu.index.search.ItemFilter;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// The rows of a filter but for some of them.
///
/// @param removed rows that `kept` accepts, each; so the bound stays exact where that of `kept` is
record WithoutRows(ItemFilter kept, RoaringBitmap removed) implements ItemFilter {

  /// @param rows perhaps refused by `kept` already
  static ItemFilter of(ItemFilter kept, RoaringBitmap rows) {
    if (kept == ItemFilter.all()) {
      return rows.isEmpty() ? kept : ItemFilter.excluding(rows);
    }
    RoaringBitmap removed = passing(rows, kept);
    return removed.isEmpty() ? kept : new WithoutRows(kept, removed);
  }

  /// Those of some rows that pass a filter.
  static RoaringBitmap passing(RoaringBitmap rows, ItemFilter filter) {
    RoaringBitmap passing = new RoaringBitmap();
    rows.forEach(
        (int row) -> {
          if (filter.accepts(row)) {
            passing.add(row);
          }
        });
    return passing;
  }

  @Override
  public boolean accepts(int row) {
    return kept.accepts(row) && !removed.contains(row);
  }

  @Override
  public int maxAccepted(int items) {
    return kept.maxAccepted(items) - (int) removed.rangeCardinality(0, items);
  }

  @Override
  public int maxAcceptedWithin(int first, int end) {
    return kept.maxAcceptedWithin(first, end) - (int) removed.rangeCardinality(first, end);
  }

  @Override
  public int nextAccepted(int row, int end) {
    int next = kept.nextAccepted(row, end);
    while (next < end && removed.contains(next)) {
      next = kept.nextAccepted(next + 1, end);
    }
    return next;
  }

  @Override
  public @Nullable BitmapPart bitmapPart() {
    @Nullable BitmapPart part = kept.bitmapPart();
    return part == null ? null : part.and(ItemFilter.excluding(removed));
  }
}
