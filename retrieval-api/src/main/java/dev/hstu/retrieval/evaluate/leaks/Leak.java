package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.retrieval.evaluate.RankingMetrics;

/// A leak that was found.
///
/// @param kind e.g. `target-in-history`
/// @param words what is wrong
/// @param cases that have it
/// @param without metrics with this leak mended and all others as they were; where mending means to
///     leave cases out, over those that stay
public record Leak(String kind, String words, int cases, RankingMetrics.Summary without) {}
