package dev.hstu.index.live;

import dev.hstu.index.search.BitmapPart;
import dev.hstu.index.search.ItemFilter;
import org.jspecify.annotations.Nullable;

/// The live rows of a catalogue that pass a filter.
///
/// @param rows that there are at this moment, later ones included
/// @param live of the catalogue's
record LiveRows(ItemFilter filter, RowEnds ends, int rows, int live) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return ends.isLive(row, rows) && filter.accepts(row);
  }

  /// Where the filter knows no bound this gives none either, so that whoever asks samples instead
  /// of taking the live rows for what passes.
  @Override
  public int maxAccepted(int items) {
    return filter == ItemFilter.all()
        ? Math.min(items, live)
        : Math.min(items, filter.maxAccepted(items));
  }

  @Override
  public int nextAccepted(int row, int end) {
    int next = filter.nextAccepted(row, end);
    while (next < end && !ends.isLive(next, rows)) {
      next = filter.nextAccepted(next + 1, end);
    }
    return next;
  }

  @Override
  public @Nullable BitmapPart bitmapPart() {
    @Nullable BitmapPart part = filter.bitmapPart();
    return part == null ? null : part.and(new LiveRows(ItemFilter.all(), ends, rows, live));
  }
}
