package dev.hstu.index.format;

import dev.hstu.kernels.cpu.CodeBlocks;

/// int8 codes: `round((v − c) / scale)` per value, with the scale of the partition such that its
/// largest difference becomes ±127. Stored as [CodeBlocks] lays them out, each partition beginning
/// with a block of its own.
final class IvfCodes {

  private IvfCodes() {}

  /// How many blocks come before each partition, and in all.
  static int[] blockStarts(int[] starts) {
    int[] blockStarts = new int[starts.length];
    for (int partition = 0; partition + 1 < starts.length; partition++) {
      int size = starts[partition + 1] - starts[partition];
      blockStarts[partition + 1] = blockStarts[partition] + CodeBlocks.count(size);
    }
    return blockStarts;
  }

  /// The step that makes the largest difference ±127; 0 where all are 0.
  static float scale(float largest) {
    return largest / CodeBlocks.MAX_CODE;
  }

  /// One over a step; 0 where all differences are 0, whose codes then are.
  static float inverse(float scale) {
    return scale == 0 ? 0 : 1 / scale;
  }
}
