package dev.hstu.retrieval.evaluate;

/// One part of the cases under one ranking.
///
/// @param by what divides the cases, e.g. `history length`
/// @param part e.g. `10-19 events`
/// @param ranking as [EvaluationReport.Ranking#name]
/// @param seen what was left out, e.g. `exclude=all`
/// @param metrics of the cases of this part
public record Slice(
    String by, String part, String ranking, String seen, RankingMetrics.Summary metrics) {}
