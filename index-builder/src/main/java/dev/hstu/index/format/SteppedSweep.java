package dev.hstu.index.format;

import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Sweeps the codes of partitions for one or several searches by [Int8Sweep], some thousand vectors
/// at a time, and keeps the best in Java: what [FusedSweep] finds, where the kernel that keeps the
/// best doesn't run. Scratch memory of one thread.
final class SteppedSweep {

  /// Vectors swept between two looks at what is kept: whole blocks.
  private static final int STEP_ROWS = 2_048;

  private static final Int8Sweep SWEEP = ScanKernel.chosen();

  private final SweepBuffers buffers = new SweepBuffers();
  private final int[] positions = new int[STEP_ROWS];
  private final long[] keys = new long[STEP_ROWS];

  /// Adds to what each search found in a partition and the list behind it.
  ///
  /// @param next the partition that follows, or -1
  /// @param searches `[count]` or longer, all in `overlaid`
  void sweep(
      OverlaidPartitions overlaid, int partition, int next, PartitionSearch[] searches, int count) {
    for (int from = 0; from < count; from += SweepBuffers.MAX_QUERIES) {
      int to = Math.min(count, from + SweepBuffers.MAX_QUERIES);
      PartitionSearch[] some = Arrays.copyOfRange(searches, from, to);
      if (!overlaid.isReplaced(partition)) {
        sweepBase(overlaid.base(), partition, next, some);
      }
      PartitionList.View list = overlaid.list(partition);
      if (list != null) {
        sweepList(overlaid, partition, list, some);
      }
    }
  }

  private void sweepBase(Partitions base, int partition, int next, PartitionSearch[] searches) {
    long nextOffset = next < 0 ? Int8Sweep.NO_NEXT : base.codesOffsetBytes(next);
    long offset = base.codesOffsetBytes(partition);
    int end = base.start(partition + 1);
    begin(base.dimension(), searches);
    for (int first = base.start(partition); first < end; first += STEP_ROWS) {
      int count = Math.min(STEP_ROWS, end - first);
      float scale = base.scale(partition);
      step(base.codes(), offset, nextOffset, count, partition, scale, searches);
      for (int i = 0; i < searches.length; i++) {
        int given = buffers.count(i);
        for (int j = 0; j < given; j++) {
          positions[j] = first + buffers.row(i, j);
        }
        keep(i, searches[i], partition, scale);
      }
      offset += stepBytes(base.dimension());
    }
  }

  private void sweepList(
      OverlaidPartitions overlaid,
      int partition,
      PartitionList.View list,
      PartitionSearch[] searches) {
    long offset = 0;
    begin(overlaid.dimension(), searches);
    for (int first = 0; first < list.count(); first += STEP_ROWS) {
      int count = Math.min(STEP_ROWS, list.count() - first);
      step(list.codes(), offset, Int8Sweep.NO_NEXT, count, partition, list.scale(), searches);
      for (int i = 0; i < searches.length; i++) {
        int given = buffers.count(i);
        for (int j = 0; j < given; j++) {
          positions[j] = list.position(first + buffers.row(i, j));
        }
        keep(i, searches[i], partition, list.scale());
      }
      offset += stepBytes(overlaid.dimension());
    }
  }

  private static long stepBytes(int dimension) {
    return STEP_ROWS / CodeBlocks.ROWS * CodeBlocks.blockBytes(dimension);
  }

  private void begin(int dimension, PartitionSearch[] searches) {
    buffers.begin(searches.length, dimension, STEP_ROWS, false);
    for (int i = 0; i < searches.length; i++) {
      buffers.setQuery(i, searches[i].coded().codes());
    }
  }

  private void step(
      MemorySegment codes,
      long offset,
      long nextOffset,
      int count,
      int partition,
      float scale,
      PartitionSearch[] searches) {
    for (int i = 0; i < searches.length; i++) {
      buffers.setFloor(i, productFloor(searches[i], partition, scale));
      searches[i].addVisited(count);
    }
    SWEEP.sweep(codes, offset, nextOffset, count, buffers);
  }

  /// Integer products below this give scores below what is kept.
  private static int productFloor(PartitionSearch search, int partition, float scale) {
    double step = (double) scale * search.coded().step();
    double product = ((double) search.worstKept() - search.product(partition)) / step;
    // One for the rounding of scores, which is far less than a step, and one for that downwards.
    return step == 0 ? SweepBuffers.NO_FLOOR : (int) (product - 2);
  }

  /// Takes what the sweep gave, whose positions are known.
  private void keep(int number, PartitionSearch search, int partition, float scale) {
    float step = scale * search.coded().step();
    float base = search.product(partition);
    float floor = search.worstKept();
    int given = buffers.count(number);
    int near = 0;
    for (int i = 0; i < given; i++) {
      float score = Math.fma(step, (float) buffers.product(number, i), base);
      keys[near] = BestRows.key(positions[i], score);
      near += score >= floor ? 1 : 0;
    }
    int passing = search.acceptance().retain(keys, 0, near);
    for (int i = 0; i < passing; i++) {
      search.found().offer(keys[i]);
    }
  }
}
