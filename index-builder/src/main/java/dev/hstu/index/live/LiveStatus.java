package dev.hstu.index.live;

/// How far a live index is.
///
/// @param version the last update that is searchable
/// @param rows of generation and later updates, dead ones included
/// @param live how many of the rows are
/// @param deadRows of the generation that were superseded or deleted
/// @param laterBytes memory taken by what updates changed, but for ids and attributes
/// @param foreign updates left out since their vectors come from another model and the generation
///     has none of that item
public record LiveStatus(
    long version, int rows, int live, int deadRows, long laterBytes, long foreign) {}
