package dev.hstu.index.search;

import dev.hstu.index.memory.MemoryNeed;

/// What building one shard takes: shards are built one after another, so the largest one's need is
/// the whole's.
public final class BuildNeed {

  /// Of heap per item in partitions: seven ints (partition before and after splitting, two orders,
  /// document, position, row).
  private static final int PARTITION_HEAP_BYTES = 28;

  /// Of native memory per partition trained and value: the sample's float32 values, 64 vectors.
  private static final int SAMPLE_BYTES_PER_VALUE = 64 * Float.BYTES;

  /// Partitions over √items, as the format makes them.
  private static final int PARTITIONS_PER_ROOT = 4;

  /// Of heap per neighbour of an item while a graph grows: its number and its score.
  private static final int NEIGHBOUR_BYTES = 8;

  /// Of heap per item of a graph beside its neighbours: objects, arrays' headers, upper levels.
  private static final int NODE_BYTES = 96;

  private BuildNeed() {}

  /// The need of a shard.
  ///
  /// @param rows of the largest shard
  public static MemoryNeed of(IndexSettings settings, int rows, int dimension) {
    long vectors = (long) rows * dimension * Float.BYTES;
    return switch (settings.type()) {
      case EXACT -> MemoryNeed.NONE;
      case PARTITIONS ->
          MemoryNeed.NONE
              .and("vectors of a shard", vectors)
              .and("training sample", Math.min(vectors, sampleBytes(rows, dimension)));
      case GRAPH -> MemoryNeed.NONE.and("vectors of a shard", vectors);
    };
  }

  /// The heap that building a shard takes, beside what [#of] counts.
  public static MemoryNeed heap(IndexSettings settings, int rows, int dimension) {
    return switch (settings.type()) {
      case EXACT -> MemoryNeed.NONE;
      case PARTITIONS -> MemoryNeed.NONE.and("partitions", (long) rows * PARTITION_HEAP_BYTES);
      case GRAPH -> {
        long neighbours = 2L * settings.graph().maxConnections() + 1;
        yield MemoryNeed.NONE
            .and("graph", rows * (neighbours * NEIGHBOUR_BYTES + NODE_BYTES))
            .and(
                "vectors before a flush",
                Math.min(ShardWriter.BUFFER_BYTES, (long) rows * dimension * Float.BYTES));
      }
    };
  }

  private static long sampleBytes(int rows, int dimension) {
    return (long) (PARTITIONS_PER_ROOT * Math.sqrt(rows)) * dimension * SAMPLE_BYTES_PER_VALUE;
  }
}
