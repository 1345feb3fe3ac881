package dev.hstu.index.search;

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
}
