package dev.hstu.retrieval.retrieve;

import java.util.List;

/// What an exact search answers a query with.
///
/// @param candidates best first
/// @param selectivity share of the items that pass the query's filter, seen and excluded ones
///     included; of some filters an upper bound
public record ExactAnswer(List<Candidate> candidates, double selectivity) {}
