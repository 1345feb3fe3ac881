package dev.hstu.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The int8 codes of partitions. The arrays are not copied and must not change.
///
/// @param codes native memory that holds [CodeBlocks], each partition beginning with a block of its
///     own
/// @param dimension 1..[CodeBlocks#MAX_DIMENSION]
/// @param starts int32 `[partitions + 1]`: the first row of each
/// @param blockStarts int32 `[partitions + 1]`: the first block of each
/// @param scales float32 `[partitions]`: the value of one step of a code
public record PartitionCodes(
    MemorySegment codes, int dimension, int[] starts, int[] blockStarts, float[] scales) {

  public PartitionCodes {
    Objects.checkIndex(dimension - 1, CodeBlocks.MAX_DIMENSION);
    int partitions = scales.length;
    Objects.checkFromToIndex(0, partitions + 1, Math.min(starts.length, blockStarts.length));
    for (int p = 0; p < partitions; p++) {
      int rows = starts[p + 1] - starts[p];
      if (rows < 0 || blockStarts[p + 1] - blockStarts[p] != CodeBlocks.count(rows)) {
        throw new IllegalArgumentException(
            "partition %d of %d rows has %d blocks, must have one for each %d rows"
                .formatted(p, rows, blockStarts[p + 1] - blockStarts[p], CodeBlocks.ROWS));
      }
    }
    Objects.checkFromIndexSize(
        0, blockStarts[partitions] * CodeBlocks.blockBytes(dimension), codes.byteSize());
  }

  /// The number of partitions.
  public int count() {
    return scales.length;
  }
}
