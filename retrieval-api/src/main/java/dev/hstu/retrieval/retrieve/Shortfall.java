package dev.hstu.retrieval.retrieve;

/// Why fewer than k candidates were returned; never in silence.
///
/// @param requested k
/// @param returned candidates returned, fewer than requested
/// @param reason one sentence
public record Shortfall(int requested, int returned, String reason) {}
