package dev.hstu.index.search;

/// The filter that refuses nothing.
enum AllRows implements ItemFilter {
  INSTANCE;

  @Override
  public boolean accepts(int row) {
    return true;
  }

  @Override
  public int nextAccepted(int row, int end) {
    return Math.min(row, end);
  }
}
