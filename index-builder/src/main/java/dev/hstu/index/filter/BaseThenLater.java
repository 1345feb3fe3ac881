package dev.hstu.index.filter;

import dev.hstu.index.search.BitmapPart;
import dev.hstu.index.search.ItemFilter;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The rows of a base by their filter, those that follow by asking each.
///
/// @param baseRows rows of the base
record BaseThenLater(ItemFilter base, int baseRows, IntPredicate later) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return row < baseRows ? base.accepts(row) : later.test(row);
  }

  @Override
  public int maxAccepted(int items) {
    return items <= baseRows
        ? base.maxAccepted(items)
        : base.maxAccepted(baseRows) + (items - baseRows);
  }

  @Override
  public int maxAcceptedWithin(int first, int end) {
    int later = Math.max(0, end - Math.max(first, baseRows));
    return first >= baseRows
        ? later
        : base.maxAcceptedWithin(first, Math.min(end, baseRows)) + later;
  }

  @Override
  public int nextAccepted(int row, int end) {
    int next = row;
    if (next < baseRows) {
      int bound = Math.min(end, baseRows);
      next = base.nextAccepted(next, bound);
      if (next < bound) {
        return next;
      }
    }
    while (next < end && !later.test(next)) {
      next++;
    }
    return next;
  }

  /// Of the base, where its bitmap ends.
  @Override
  public @Nullable BitmapPart bitmapPart() {
    return base.bitmapPart();
  }
}
