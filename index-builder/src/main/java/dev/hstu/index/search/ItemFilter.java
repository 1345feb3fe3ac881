package dev.hstu.index.search;

import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Which catalogue rows may be returned. Called inside the search, once or more per row looked at
/// and perhaps by several threads at once; implementations are cheap and don't change during a
/// search.
@FunctionalInterface
public interface ItemFilter {

  /// Whether a row may be returned.
  boolean accepts(int row);

  /// An upper bound on how many of the rows `0..items-1` pass. The planner scans instead of walking
  /// the graph when few do, so a close bound makes searches faster; it never changes the contract.
  default int maxAccepted(int items) {
    return items;
  }

  /// An upper bound on how many of the rows `first..end-1` pass.
  default int maxAcceptedWithin(int first, int end) {
    return Math.min(end - first, maxAccepted(end));
  }

  /// The least accepted row within `row..end-1`, or `end` when there is none.
  default int nextAccepted(int row, int end) {
    int next = row;
    while (next < end && !accepts(next)) {
      next++;
    }
    return next;
  }

  /// This filter taken apart, where it has a bitmap that outlives the search: an index may keep
  /// such a bitmap in an order of its own. Null where it has none.
  default @Nullable BitmapPart bitmapPart() {
    return null;
  }

  /// Every row passes. The same object each time.
  static ItemFilter all() {
    return AllRows.INSTANCE;
  }

  /// All but these rows, in any order and perhaps repeated: seen items. The array is copied.
  static ItemFilter excluding(int... rows) {
    return rows.length == 0 ? all() : excluding(RoaringBitmap.bitmapOf(rows));
  }

  /// All but these rows. The bitmap is shared and must not change.
  static ItemFilter excluding(RoaringBitmap rows) {
    return new ExcludedRows(rows);
  }

  /// Only these rows. The bitmap is shared and must not change.
  static ItemFilter only(RoaringBitmap rows) {
    return new AllowedRows(rows);
  }

  /// Rows that pass both.
  default ItemFilter and(ItemFilter other) {
    if (this == all()) {
      return other;
    }
    return other == all() ? this : new BothFilters(this, other);
  }
}
