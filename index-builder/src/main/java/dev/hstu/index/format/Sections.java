package dev.hstu.index.format;

import java.lang.foreign.MemorySegment;

/// The parts of one field's data, as [IvfVectorsFormat] lists them.
record Sections(
    MemorySegment vectors,
    MemorySegment centroids,
    MemorySegment starts,
    MemorySegment spreads,
    MemorySegment radii,
    MemorySegment documents,
    MemorySegment positions,
    MemorySegment scales,
    MemorySegment codes) {}
