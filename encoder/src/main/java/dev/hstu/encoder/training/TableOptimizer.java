package dev.hstu.encoder.training;

/// How [AdamW] keeps the second moments of the item table, the one tensor that grows with the
/// catalogue; all others have a value each.
public enum TableOptimizer {
  /// A value for each of the table's `(V+1) · D`.
  ADAMW,
  /// A value a row, the mean over the row's `D` of the squared gradients (HSTU.md, "Memory",
  /// arXiv 2402.17152, 3.3): `4·(V+1)` bytes instead of `4·(V+1)·D`, and every value of a row
  /// moves by its own first moment over the row's one root.
  ROW_WISE_ADAMW;

  /// Columns of the table of second moments.
  int momentColumns(int embeddingDim) {
    return this == ROW_WISE_ADAMW ? 1 : embeddingDim;
  }
}
