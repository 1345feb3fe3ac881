package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.NoLockFactory;
import org.jspecify.annotations.Nullable;

/// Builds the Lucene index of one shard: one segment with one HNSW graph over float32 vectors.
///
/// Segments are first flushed without graphs and the only graph is built when they are merged into
/// one, by all workers at once: building small graphs to throw them away costs 38 % more.
public final class GraphIndexWriter {

  /// Most threads on one graph; Lucene's workers contend beyond that.
  public static final int MAX_WORKERS = 64;

  /// Memory for documents before a flush. Larger buffers only delay the first bytes on disk.
  private static final double BUFFER_MEGABYTES = 256;

  /// At least two segments are flushed, since only a merge builds with several workers.
  private static final int MIN_SEGMENTS = 2;

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
      GraphProgress progress)
      throws IOException {
    Objects.checkFromIndexSize(firstRow, items, vectors.rows());
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d must be within 1..%d".formatted(workers, MAX_WORKERS));
    }
    // One worker is Lucene's own thread; it refuses a pool for it.
    try (ExecutorService pool = workers > 1 ? Executors.newFixedThreadPool(workers) : null;
        // The builder's folder has one owner already, and a lock file would stay behind.
        Directory directory = FSDirectory.open(folder, NoLockFactory.INSTANCE);
        IndexWriter writer =
            new IndexWriter(directory, config(items, settings, workers, pool, progress))) {
      addRows(writer, vectors, firstRow, items, progress);
      writer.forceMerge(1);
      writer.commit();
      progress.linked(items, items);
    }
  }

  private static IndexWriterConfig config(
      int items,
      GraphSettings settings,
      int workers,
      @Nullable ExecutorService pool,
      GraphProgress progress) {
    LogDocMergePolicy oneMergeAtTheEnd = new LogDocMergePolicy();
    oneMergeAtTheEnd.setMergeFactor(Integer.MAX_VALUE);
    oneMergeAtTheEnd.setNoCFSRatio(0);
    return new IndexWriterConfig()
        .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
        .setCodec(codec(items, settings, workers, pool))
        .setMergePolicy(oneMergeAtTheEnd)
        .setMergeScheduler(new SerialMergeScheduler())
        .setUseCompoundFile(false)
        .setRAMBufferSizeMB(BUFFER_MEGABYTES)
        .setMaxBufferedDocs(Math.max(2, Math.ceilDiv(items, MIN_SEGMENTS)))
        .setInfoStream(new GraphInfoStream(items, progress));
  }

  private static Codec codec(
      int items, GraphSettings settings, int workers, @Nullable ExecutorService pool) {
    KnnVectorsFormat format =
        new Lucene99HnswVectorsFormat(
            settings.maxConnections(),
            settings.beamWidth(),
            workers,
            pool,
            tinySegmentsThreshold(items));
    return new Lucene104Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
      }
    };
  }

  /// Lucene skips the graph of a segment of n items when `threshold · ln n >= n`.
  static int tinySegmentsThreshold(int items) {
    return items < MIN_DEFERRED_ITEMS
        ? Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD
        : (int) (DEFERRED_SHARE * items / Math.log(items));
  }

  private static void addRows(
      IndexWriter writer, VectorMatrix vectors, int firstRow, int items, GraphProgress progress)
      throws IOException {
    Document document = new Document();
    KnnFloatVectorField vector =
        new KnnFloatVectorField(
            GraphFields.VECTOR, new float[vectors.dimension()], GraphFields.SIMILARITY);
    NumericDocValuesField row = new NumericDocValuesField(GraphFields.ROW, 0);
    document.add(vector);
    document.add(row);
    for (int i = 0; i < items; i++) {
      vectors.copyRow(firstRow + i, vector.vectorValue());
      row.setLongValue(firstRow + i);
      writer.addDocument(document);
      progress.added(i + 1, items);
    }
  }
}
