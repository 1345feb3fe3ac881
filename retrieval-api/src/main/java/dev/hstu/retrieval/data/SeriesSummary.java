package dev.hstu.retrieval.data;

/// What an import kept of one slow series.
///
/// @param name of the series
/// @param values distinct
/// @param entries kept
/// @param repeated entries left out because the series held the value already
/// @param otherUsers rows of users without events
public record SeriesSummary(
    String name, int values, long entries, long repeated, long otherUsers) {}
