package dev.hstu.index.search;

/// How the candidates of one search were found.
public enum SearchPath {
  /// By walking the graph: approximate, at the recall measured when the index was built.
  GRAPH,
  /// By sweeping the partitions of most promise: approximate, at the recall they were calibrated
  /// for; exact when all were swept.
  PARTITIONS,
  /// By scanning, because the planner expected it to be faster: exact.
  EXACT_PLANNED,
  /// By scanning, because the graph reached fewer than k accepted items or visited more than a scan
  /// costs, or because what the filter accepts lies away from the partitions of most promise:
  /// exact.
  EXACT_FALLBACK;

  /// The path of a search that took this one in one shard and another in the next: approximate if
  /// either is, else planned only if both are.
  SearchPath with(SearchPath other) {
    if (this == EXACT_PLANNED || (this == EXACT_FALLBACK && other != EXACT_PLANNED)) {
      return other;
    }
    return this;
  }
}
