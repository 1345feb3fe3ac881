package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.NoLockFactory;
import org.apache.lucene.util.InfoStream;

/// Writes the rows of one shard as one Lucene segment, in whatever vector format.
final class ShardWriter {

  /// Memory for documents before a flush. Larger buffers only delay the first bytes on disk.
  static final long BUFFER_BYTES = 256L << 20;

  /// Never reached by documents without vectors, of which a billion take less.
  private static final double UNBOUNDED_MEGABYTES = 1_900;

  /// At least two segments are flushed, since only a merge builds with several workers.
  private static final int MIN_SEGMENTS = 2;

  private ShardWriter() {}

  /// Flushes at least two segments and then merges them, for formats that do their real work on
  /// merging.
  static void writeMerged(
      Path folder,
      VectorMatrix vectors,
      int firstRow,
      KnnVectorsFormat format,
      InfoStream messages,
      IndexProgress progress)
      throws IOException {
    LogDocMergePolicy oneMergeAtTheEnd = new LogDocMergePolicy();
    oneMergeAtTheEnd.setMergeFactor(Integer.MAX_VALUE);
    oneMergeAtTheEnd.setNoCFSRatio(0);
    IndexWriterConfig config =
        config(format)
            .setMergePolicy(oneMergeAtTheEnd)
            .setRAMBufferSizeMB((double) BUFFER_BYTES / (1 << 20))
            .setMaxBufferedDocs(Math.max(2, Math.ceilDiv(vectors.rows(), MIN_SEGMENTS)))
            .setInfoStream(messages);
    write(folder, vectors, firstRow, config, vectors::copyRow, progress);
  }

  /// Flushes one segment at the end, for formats that take the vectors from elsewhere: the
  /// documents have none worth reading.
  static void writeOnce(
      Path folder,
      VectorMatrix vectors,
      int firstRow,
      KnnVectorsFormat format,
      IndexProgress progress)
      throws IOException {
    IndexWriterConfig config =
        config(format)
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setRAMBufferSizeMB(UNBOUNDED_MEGABYTES)
            .setMaxBufferedDocs(IndexWriterConfig.DISABLE_AUTO_FLUSH);
    write(folder, vectors, firstRow, config, (row, target) -> {}, progress);
  }

  private static void write(
      Path folder,
      VectorMatrix vectors,
      int firstRow,
      IndexWriterConfig config,
      RowValues values,
      IndexProgress progress)
      throws IOException {
    int items = vectors.rows();
    // The builder's folder has one owner already, and a lock file would stay behind.
    try (Directory directory = FSDirectory.open(folder, NoLockFactory.INSTANCE);
        IndexWriter writer = new IndexWriter(directory, config)) {
      addRows(writer, vectors, firstRow, values, progress);
      writer.forceMerge(1);
      writer.commit();
      progress.linked(items, items);
    }
  }

  private static IndexWriterConfig config(KnnVectorsFormat format) {
    return new IndexWriterConfig()
        .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
        .setCodec(codec(format))
        .setMergeScheduler(new SerialMergeScheduler())
        .setUseCompoundFile(false);
  }

  private static Codec codec(KnnVectorsFormat format) {
    return new Lucene104Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
      }
    };
  }

  private static void addRows(
      IndexWriter writer,
      VectorMatrix vectors,
      int firstRow,
      RowValues values,
      IndexProgress progress)
      throws IOException {
    Document document = new Document();
    KnnFloatVectorField vector =
        new KnnFloatVectorField(
            GraphFields.VECTOR, new float[vectors.dimension()], GraphFields.SIMILARITY);
    NumericDocValuesField row = new NumericDocValuesField(GraphFields.ROW, 0);
    document.add(vector);
    document.add(row);
    for (int i = 0; i < vectors.rows(); i++) {
      values.copy(i, vector.vectorValue());
      row.setLongValue(firstRow + i);
      writer.addDocument(document);
      progress.added(i + 1, vectors.rows());
    }
  }

  /// Gives a document the vector of its row.
  @FunctionalInterface
  private interface RowValues {
    void copy(int row, float[] target);
  }
}
