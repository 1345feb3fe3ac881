package dev.hstu.retrieval.retrieve;

import dev.hstu.index.search.ItemFilter;
import org.jspecify.annotations.Nullable;

/// An answer with what it was made with, for who asks why.
///
/// @param filter of the rows of `items`: the query's rule, and what it left out by id
/// @param keptEvents the events that were encoded, by their place in the query, oldest first
/// @param embedding float[dimension], of length 1; null where the popular items answered
public record Examination(
    Retrieval retrieval,
    CurrentItems items,
    ItemFilter filter,
    int[] keptEvents,
    float @Nullable [] embedding) {}
