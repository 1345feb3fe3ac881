package dev.hstu.kernels.cuda;

import java.lang.foreign.MemorySegment;

/// Page-locked memory of kept states, owned by them and gone with them.
///
/// @param appends int32 `[maxUsers][8]`, `hstu_append` of `hstu_cuda.h`
/// @param pageTable int32
/// @param embeddings float32 `[maxUsers][D]`
/// @param maxUsers of a call
/// @param pages of the pool
record StateBuffers(
    MemorySegment appends,
    MemorySegment pageTable,
    MemorySegment embeddings,
    int maxUsers,
    int pages) {}
