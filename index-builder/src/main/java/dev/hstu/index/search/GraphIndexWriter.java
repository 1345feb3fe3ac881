package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.jspecify.annotations.Nullable;

/// Builds the Lucene index of one shard: one segment with one HNSW graph over float32 or
/// quantised vectors; the float32 ones are kept beside their codes.
///
/// Segments are first flushed without graphs and the only graph is built when they are merged into
/// one, by all workers at once: building small graphs to throw them away costs 38 % more.
public final class GraphIndexWriter {

  /// Most threads on one graph; Lucene's workers contend beyond that.
  public static final int MAX_WORKERS = 64;

  /// Flushed segments up to this share of all items get no graph, and the merged one does.
  private static final double DEFERRED_SHARE = 0.65;

  /// Smaller shards keep Lucene's own threshold, under which a scan replaces the graph.
  private static final int MIN_DEFERRED_ITEMS = 10_000;

  private GraphIndexWriter() {}

  /// Writes the index of all rows of `vectors` into `folder`, an empty or absent folder. Not
  /// durable yet: the caller syncs the tree.
  ///
  /// @param workers threads that build the graph, 1..[#MAX_WORKERS]
  public static void write(
      Path folder,
      VectorMatrix vectors,
      int firstRow,
      int items,
      GraphSettings settings,
      int workers,
      IndexProgress progress)
      throws IOException {
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d must be within 1..%d".formatted(workers, MAX_WORKERS));
    }
    // One worker is Lucene's own thread; it refuses a pool for it.
    try (ExecutorService pool = workers > 1 ? Executors.newFixedThreadPool(workers) : null) {
      ShardWriter.writeMerged(
          folder,
          vectors.slice(firstRow, items),
          firstRow,
          format(items, settings, workers, pool),
          new GraphInfoStream(items, progress),
          progress);
    }
  }

  private static KnnVectorsFormat format(
      int items, GraphSettings settings, int workers, @Nullable ExecutorService pool) {
    return settings.isQuantised()
        ? new Lucene104HnswScalarQuantizedVectorsFormat(
            ScalarEncoding.fromNumBits(settings.bits()),
            settings.maxConnections(),
            settings.beamWidth(),
            workers,
            pool,
            tinySegmentsThreshold(items))
        : new Lucene99HnswVectorsFormat(
            settings.maxConnections(),
            settings.beamWidth(),
            workers,
            pool,
            tinySegmentsThreshold(items));
  }

  /// Lucene skips the graph of a segment of n items when `threshold · ln n >= n`.
  static int tinySegmentsThreshold(int items) {
    return items < MIN_DEFERRED_ITEMS
        ? Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD
        : (int) (DEFERRED_SHARE * items / Math.log(items));
  }
}
