package dev.hstu.retrieval.explain;

/// An item of the history that resembles the item asked about.
///
/// @param timestamp of its last event
/// @param cosine of the two items' vectors
public record ClosestEvent(String itemId, long timestamp, float cosine) {}
