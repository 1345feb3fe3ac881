package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.sequence.HistoryBatch;
import org.jspecify.annotations.Nullable;

/// A query with its ids looked up, against the items of one moment.
///
/// @param window the kept events of the one user, its own; null without a known event, and where
///     it was encoded before
/// @param unknownItems events whose item the model does not know
/// @param exclusions rows of `now` left out; the worker's, good until its next query
record Asked(
    RetrievalQuery query,
    CurrentItems now,
    @Nullable HistoryBatch window,
    int unknownItems,
    ExclusionSet exclusions) {}
