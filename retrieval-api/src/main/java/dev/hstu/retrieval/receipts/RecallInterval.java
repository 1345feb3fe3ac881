package dev.hstu.retrieval.receipts;

/// A mean of recalls with its 95 % confidence interval, as [MeanEstimate] computes it.
///
/// @param samples at least 1
public record RecallInterval(long samples, double mean, double lower, double upper) {}
