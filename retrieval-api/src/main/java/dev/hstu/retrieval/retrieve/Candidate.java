package dev.hstu.retrieval.retrieve;

/// One item to rank next.
///
/// @param itemId external id
/// @param score inner product of user embedding and item vector, a cosine within -1..1; for popular
///     items the number of interactions
public record Candidate(String itemId, float score) {}
