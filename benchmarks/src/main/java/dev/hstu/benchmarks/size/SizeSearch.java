package dev.hstu.benchmarks.size;

/// Searches, measured from inside.
///
/// @param openSeconds for opening, which reads every file once to check it
/// @param firstMicros mean of the searches before the measured ones
/// @param heapBytes in use after all searches
/// @param recall of the first queries against the exact scan, negative where that wasn't asked for
record SizeSearch(
    int items,
    int k,
    int queries,
    double openSeconds,
    double firstMicros,
    double p50Micros,
    double p99Micros,
    double visitedPerQuery,
    long heapBytes,
    double recall) {}
