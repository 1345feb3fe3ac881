package dev.hstu.benchmarks.size;

import java.util.SortedMap;

/// A build, measured from inside.
///
/// @param shards that the budget made of the index
/// @param seconds of the whole build, steps included
/// @param stepSeconds by the name of the step
/// @param indexBytes of all files in `index/` that a search in codes keeps in memory
/// @param diskBytes of the generation, float32 vectors twice
/// @param heapBytes the largest heap
record SizeBuild(
    String generation,
    int items,
    int shards,
    double seconds,
    SortedMap<String, Double> stepSeconds,
    long indexBytes,
    long diskBytes,
    long heapBytes) {}
