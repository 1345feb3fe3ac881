package dev.hstu.kernels.cuda;

import java.lang.foreign.MemorySegment;

/// A lane's page-locked memory, owned by the lane and gone with it.
///
/// @param offsets int32 `[maxUsers + 1]`
/// @param items int32 `[maxTokens]`
/// @param times int64 `[maxTokens]`
/// @param requestTimes int64 `[maxUsers]`
/// @param embeddings float32 `[maxUsers][D]`
record LaneBuffers(
    MemorySegment offsets,
    MemorySegment items,
    MemorySegment times,
    MemorySegment requestTimes,
    MemorySegment embeddings) {}
