package dev.hstu.index.search;

import org.jspecify.annotations.Nullable;

/// Rows that pass two filters.
record BothFilters(ItemFilter first, ItemFilter second) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return first.accepts(row) && second.accepts(row);
  }

  @Override
  public int maxAccepted(int items) {
    return Math.min(first.maxAccepted(items), second.maxAccepted(items));
  }

  @Override
  public int maxAcceptedWithin(int row, int end) {
    return Math.min(first.maxAcceptedWithin(row, end), second.maxAcceptedWithin(row, end));
  }

  @Override
  public int nextAccepted(int row, int end) {
    int next = first.nextAccepted(row, end);
    while (next < end && !second.accepts(next)) {
      // Alternate, so that two sparse filters leap over each other's gaps.
      next = first.nextAccepted(second.nextAccepted(next, end), end);
    }
    return next;
  }

  /// Whichever has a bitmap is asked first.
  @Override
  public @Nullable BitmapPart bitmapPart() {
    @Nullable BitmapPart part = first.bitmapPart();
    if (part != null) {
      return part.and(second);
    }
    part = second.bitmapPart();
    return part == null ? null : part.and(first);
  }
}
