package dev.hstu.client;

/// User embeddings, in the order of the histories.
///
/// @param generation that answered
/// @param model the fingerprint of its model: only item vectors of the same model fit
/// @param rows `[history][dimension]` float32 of length 1; zeros where no event's item is known.
///     The caller's own
public record Embeddings(String generation, String model, float[][] rows) {}
