package dev.hstu.index.search;

/// Who decides between graph and scan.
public enum SearchPlan {
  /// The faster one by expected cost, from k, the filter and the number of items.
  AUTO,
  /// The graph, or the partitions, first, whatever it costs; a scan only where the graph reaches
  /// fewer than k.
  GRAPH,
  /// Always the scan.
  EXACT
}
