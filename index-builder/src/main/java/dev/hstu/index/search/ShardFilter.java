package dev.hstu.index.search;

import org.jspecify.annotations.Nullable;

/// A filter over catalogue rows as one over the rows of a shard.
///
/// @param firstRow the catalogue row of the shard's row 0
record ShardFilter(ItemFilter filter, int firstRow) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return filter.accepts(firstRow + row);
  }

  @Override
  public int maxAccepted(int items) {
    return filter.maxAcceptedWithin(firstRow, firstRow + items);
  }

  @Override
  public int maxAcceptedWithin(int row, int end) {
    return filter.maxAcceptedWithin(firstRow + row, firstRow + end);
  }

  @Override
  public int nextAccepted(int row, int end) {
    return filter.nextAccepted(firstRow + row, firstRow + end) - firstRow;
  }

  @Override
  public @Nullable BitmapPart bitmapPart() {
    @Nullable BitmapPart part = filter.bitmapPart();
    if (part == null) {
      return null;
    }
    ItemFilter others = part.others();
    return new BitmapPart(
        part.bits(),
        part.firstRow() + firstRow,
        others == ItemFilter.all() ? others : new ShardFilter(others, firstRow));
  }
}
