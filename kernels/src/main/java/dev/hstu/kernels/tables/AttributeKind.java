package dev.hstu.kernels.tables;

/// What a column of attributes holds in each row.
public enum AttributeKind {
  /// One text, or none; an empty text is none.
  TEXT,
  /// Any number of labels out of few distinct ones, in their order, for example genres.
  LABELS,
  /// One float64, or none (NaN).
  NUMBER
}
