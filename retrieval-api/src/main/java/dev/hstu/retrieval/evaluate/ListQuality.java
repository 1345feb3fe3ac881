package dev.hstu.retrieval.evaluate;

/// What lists of candidates are like beside being right.
///
/// @param ranking that made them, as [EvaluationReport.Ranking#name]
/// @param seen what was left out, e.g. `exclude=all`
/// @param k length asked for
/// @param users whose lists were looked at: all, or so many spread evenly over all
/// @param coverage share of the catalogue that is in at least one list; grows with `users`
/// @param gini of how often each catalogue item is in a list: 0 where all are equally often, near 1
///     where a few have everything
/// @param popularity mean events of a listed item
/// @param targetPopularity mean events of what the same users took instead: above it the lists lean
///     towards the popular
/// @param headShare share of listed items that are among the most popular ones that hold a third of
///     all events
/// @param targetHeadShare the same share of what the users took
/// @param similarity mean inner product of two items of a list (intra-list similarity): 1 where all
///     are alike
public record ListQuality(
    String ranking,
    String seen,
    int k,
    long users,
    double coverage,
    double gini,
    double popularity,
    double targetPopularity,
    double headShare,
    double targetHeadShare,
    double similarity) {}
