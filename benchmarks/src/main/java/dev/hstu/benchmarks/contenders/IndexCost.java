package dev.hstu.benchmarks.contenders;

/// What an index cost to build and takes to keep.
///
/// @param buildSeconds wall time
/// @param buildCpuSeconds of all threads of the process
/// @param buildThreads allowed
/// @param diskBytes of the index's files, the vectors counted once
/// @param memoryBytes that it maps or holds when all of it is in memory
public record IndexCost(
    double buildSeconds,
    double buildCpuSeconds,
    int buildThreads,
    long diskBytes,
    long memoryBytes) {}
