package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The index that [ItemIndexWriter] wrote, whatever its type and however many shards it has. Its
/// owner closes it when the last search has ended.
public final class OpenIndex implements ItemIndex, Closeable {

  /// Most threads one search may occupy.
  public static final int MAX_PARALLELISM = IndexSettings.MAX_SHARDS;

  private final ItemIndex index;
  private final List<Closeable> owned;

  private OpenIndex(ItemIndex index, List<Closeable> owned) {
    this.index = index;
    this.owned = owned;
  }

  /// Opens an index whose shards are searched by as many threads as there are cores.
  ///
  /// @see #open(IndexSettings, List, VectorMatrix, int)
  public static OpenIndex open(IndexSettings settings, List<Path> shards, VectorMatrix vectors)
      throws IOException {
    return open(settings, shards, vectors, usualParallelism());
  }

  /// As many threads as there are cores, within the bound.
  public static int usualParallelism() {
    return Math.min(Runtime.getRuntime().availableProcessors(), MAX_PARALLELISM);
  }

  /// Opens an index.
  ///
  /// @param settings it was written with
  /// @param shards its folders, in row order
  /// @param vectors the very vectors indexed; owned by the caller and open as long as this is
  /// @param parallelism shards of one search that are searched at once, 1..[#MAX_PARALLELISM]; all
  ///     searches together occupy so many threads less one, and their own
  /// @throws IOException when a folder holds no whole index of this type, or its documents are not
  ///     exactly the rows of `vectors`
  public static OpenIndex open(
      IndexSettings settings, List<Path> shards, VectorMatrix vectors, int parallelism)
      throws IOException {
    if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
      throw new IllegalArgumentException(
          "parallelism=%d must be within 1..%d".formatted(parallelism, MAX_PARALLELISM));
    }
    if (shards.size() != settings.shards()) {
      throw new IOException(
          "%d shard folders, the settings say %d".formatted(shards.size(), settings.shards()));
    }
    List<Closeable> owned = new ArrayList<>();
    try {
      return new OpenIndex(open(settings, shards, vectors, parallelism, owned), owned);
    } catch (IOException | RuntimeException e) {
      closeAll(owned);
      throw e;
    }
  }

  private static ItemIndex open(
      IndexSettings settings,
      List<Path> shards,
      VectorMatrix vectors,
      int parallelism,
      List<Closeable> owned)
      throws IOException {
    List<ShardRange> ranges = ShardRange.divide(vectors.rows(), shards.size());
    List<ItemIndex> parts = new ArrayList<>();
    for (int s = 0; s < ranges.size(); s++) {
      VectorMatrix slice = vectors.slice(ranges.get(s).firstRow(), ranges.get(s).rows());
      parts.add(openShard(settings, shards.get(s), slice, owned));
    }
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    ShardThreads threads = new ShardThreads(Math.min(parallelism, parts.size()));
    owned.add(threads);
    return new ShardedIndex(ranges, parts, threads);
  }

  private static ItemIndex openShard(
      IndexSettings settings, Path folder, VectorMatrix vectors, List<Closeable> owned)
      throws IOException {
    return switch (settings.type()) {
      case GRAPH -> {
        GraphIndex graph = GraphIndex.open(List.of(folder), vectors, settings.graph());
        owned.add(graph);
        yield graph;
      }
      case PARTITIONS -> {
        PartitionIndex partitions =
            PartitionIndex.open(List.of(folder), vectors, settings.hasCodes());
        owned.add(partitions);
        yield partitions;
      }
      case EXACT -> ExactScan.withCodes(vectors);
    };
  }

  /// The index, where it is partitions in one shard.
  @Nullable PartitionIndex partitions() {
    return index instanceof PartitionIndex partitions ? partitions : null;
  }

  @Override
  public int size() {
    return index.size();
  }

  @Override
  public int dimension() {
    return index.dimension();
  }

  @Override
  public void search(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    index.search(query, k, filter, options, target);
  }

  @Override
  public void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    index.searchBatch(queries, k, filters, options, targets);
  }

  @Override
  public void forEachReachable(IntConsumer row) throws IOException {
    index.forEachReachable(row);
  }

  /// Closes the files and ends the threads; a second call does nothing.
  @Override
  public void close() throws IOException {
    closeAll(owned);
  }

  private static void closeAll(List<Closeable> resources) throws IOException {
    IOException failure = null;
    while (!resources.isEmpty()) {
      try {
        resources.removeLast().close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
