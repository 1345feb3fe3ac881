package dev.hstu.index.search;

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
}
