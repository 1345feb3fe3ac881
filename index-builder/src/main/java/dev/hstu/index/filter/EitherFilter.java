package dev.hstu.index.filter;

import dev.hstu.index.search.ItemFilter;

/// Rows that pass at least one of two filters.
record EitherFilter(ItemFilter first, ItemFilter second) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return first.accepts(row) || second.accepts(row);
  }

  @Override
  public int maxAccepted(int items) {
    return (int) Math.min(items, (long) first.maxAccepted(items) + second.maxAccepted(items));
  }

  @Override
  public int nextAccepted(int row, int end) {
    return Math.min(first.nextAccepted(row, end), second.nextAccepted(row, end));
  }
}
