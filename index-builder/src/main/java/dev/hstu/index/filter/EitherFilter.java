package dev.hstu.index.filter;

import dev.hstu.index.search.ItemFilter;

/// Rows that pass at least one of two filters.
record EitherFilter(ItemFilter one, ItemFilter other) implements ItemFilter {

  @Override
  public boolean accepts(int row) {
    return one.accepts(row) || other.accepts(row);
  }

  @Override
  public int maxAccepted(int items) {
    return (int) Math.min(items, (long) one.maxAccepted(items) + other.maxAccepted(items));
  }

  @Override
  public int maxAcceptedWithin(int first, int end) {
    long most = (long) one.maxAcceptedWithin(first, end) + other.maxAcceptedWithin(first, end);
    return (int) Math.min(end - first, most);
  }

  @Override
  public int nextAccepted(int row, int end) {
    return Math.min(one.nextAccepted(row, end), other.nextAccepted(row, end));
  }
}
