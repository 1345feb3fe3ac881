package dev.hstu.encoder.training;

/// What a position's target is told from. By [#PER_USER] and [#PER_POSITION] every position meets
/// `R` items drawn uniformly from the catalogue, so each position's loss has the same expectation;
/// how far the draws of two positions depend on each other differs, and with it the noise of a
/// step's gradient.
public enum NegativeSampling {
  /// One draw for all positions of a user, anew every step: scores are one product `(L, D) × (D,
  /// R)` a user, and `R` rows are gathered a user instead of `L·R`. The quickest.
  PER_USER,
  /// A draw for every position, as in the public implementation. With a table of few rows for
  /// each draw, scores are picked out of one product with all items, `2·L·D·V` operations a user
  /// and pass; else `L·R` rows of `D` values a user, 5 MB at `hstu-large`, are gathered,
  /// normalised, and scattered back in the backward pass.
  PER_POSITION,
  /// One draw for all positions of a user from the targets of the step's batch, so that popular
  /// items are met more often, with the log-Q correction of [EpochNegatives]. A draw that is the
  /// position's own target counts nothing.
  IN_BATCH,
  /// No draw: the softmax runs over every item of the catalogue, `2·L·D·V` operations a user and
  /// pass, which on small catalogues buys more than it costs. The number of negatives is not used.
  ALL_ITEMS
}
