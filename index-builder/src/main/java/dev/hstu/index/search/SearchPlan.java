package dev.hstu.index.search;

/// Who decides between the index and the scan.
public enum SearchPlan {
  /// The faster one by expected cost, from k, the filter and the number of items.
  AUTO,
  /// The graph or the partitions first, whatever they cost; a scan only where they reach fewer than
  /// k. An index that is a scan is scanned.
  INDEX,
  /// Always the scan.
  EXACT
}
