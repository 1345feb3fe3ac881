package dev.hstu.index.format;

import dev.hstu.index.scan.InnerProducts;
import java.util.function.IntUnaryOperator;

/// Sweeps the float32 vectors of partitions for one or several searches, a block of vectors at a
/// time. A partition that cannot hold anything better than what was found, by its centroid and
/// radius, is passed over. Scratch memory of one thread.
final class FloatSweep {

  /// Vectors scored between two looks at what is kept.
  private static final int BLOCK = 256;

  /// Queries that share the loads of a vector.
  private static final int TILE = 4;

  private final float[][] blocks = new float[TILE][BLOCK];

  /// Adds to what each search found in a partition and the list behind it.
  ///
  /// @param searches `[count]` or longer, all in `overlaid`
  void sweep(OverlaidPartitions overlaid, int partition, PartitionSearch[] searches, int count) {
    Partitions base = overlaid.base();
    int i = overlaid.isReplaced(partition) ? count : 0;
    for (; i + TILE <= count; i += TILE) {
      sweepByFour(base, partition, searches, i);
    }
    for (; i < count; i++) {
      sweepBase(base, partition, searches[i]);
    }
    PartitionList.View list = overlaid.list(partition);
    for (i = 0; i < count && list != null; i++) {
      sweepList(list, partition, searches[i]);
    }
  }

  private void sweepByFour(Partitions base, int partition, PartitionSearch[] searches, int from) {
    int end = base.start(partition + 1);
    for (int first = base.start(partition); first < end; first += BLOCK) {
      int count = Math.min(BLOCK, end - first);
      InnerProducts.ofRowsByFour(
          searches[from].query(),
          searches[from + 1].query(),
          searches[from + 2].query(),
          searches[from + 3].query(),
          base.vectors(),
          first,
          count,
          blocks[0],
          blocks[1],
          blocks[2],
          blocks[3]);
      int begin = first;
      for (int i = 0; i < TILE; i++) {
        keepBest(searches[from + i], blocks[i], count, number -> begin + number);
      }
    }
  }

  private void sweepBase(Partitions base, int partition, PartitionSearch search) {
    if (!search.mayHoldBetter(partition, base.radius(partition))) {
      return;
    }
    int end = base.start(partition + 1);
    for (int first = base.start(partition); first < end; first += BLOCK) {
      int count = Math.min(BLOCK, end - first);
      InnerProducts.ofRows(search.query(), base.vectors(), first, count, blocks[0]);
      int begin = first;
      keepBest(search, blocks[0], count, number -> begin + number);
    }
  }

  private void sweepList(PartitionList.View list, int partition, PartitionSearch search) {
    if (!search.mayHoldBetter(partition, list.radius())) {
      return;
    }
    for (int first = 0; first < list.count(); first += BLOCK) {
      int count = Math.min(BLOCK, list.count() - first);
      InnerProducts.ofRows(search.query(), list.vectors(), first, count, blocks[0]);
      int begin = first;
      keepBest(search, blocks[0], count, number -> list.position(begin + number));
    }
  }

  /// @param positions by number in the block
  private static void keepBest(
      PartitionSearch search, float[] block, int count, IntUnaryOperator positions) {
    search.addVisited(count);
    // One step lower: of equal scores the lower position is kept, in whatever order they come.
    float below = Math.nextDown(search.worstKept());
    int i = InnerProducts.nextAbove(below, block, 0, count);
    while (i < count) {
      int position = positions.applyAsInt(i);
      if (block[i] > below && search.acceptance().accepts(position)) {
        search.found().offer(position, block[i]);
        below = Math.nextDown(search.worstKept());
      }
      i = InnerProducts.nextAbove(below, block, i + 1, count);
    }
  }
}
