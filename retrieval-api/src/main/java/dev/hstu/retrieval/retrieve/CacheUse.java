package dev.hstu.retrieval.retrieve;

/// How much of an answer was there already.
public enum CacheUse {
  /// Nothing.
  MISS,
  /// The user embedding; the search was made for this answer.
  EMBEDDING,
  /// The whole list.
  RESULT
}
