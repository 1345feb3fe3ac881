package dev.hstu.retrieval.retrieve;

/// What the order of the candidates comes from.
public enum Ranking {
  /// The model's user embedding.
  MODEL,
  /// The number of interactions, the stated fallback for a user without a known event.
  POPULARITY
}
