package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
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
import org.apache.lucene.util.InfoStream;

/// Writes the rows of one shard as one Lucene segment, in whatever vector format: at least two
/// segments are flushed and then merged, since formats do their real work on merging.
final class ShardWriter {

  /// Memory for documents before a flush. Larger buffers only delay the first bytes on disk.
  private static final double BUFFER_MEGABYTES = 256;

  /// At least two segments are flushed, since only a merge builds with several workers.
  private static final int MIN_SEGMENTS = 2;

  private ShardWriter() {}

  static void write(
      Path folder,
      VectorMatrix vectors,
      int firstRow,
      int items,
      KnnVectorsFormat format,
      InfoStream messages,
      IndexProgress progress)
      throws IOException {
    Objects.checkFromIndexSize(firstRow, items, vectors.rows());
    // The builder's folder has one owner already, and a lock file would stay behind.
    try (Directory directory = FSDirectory.open(folder, NoLockFactory.INSTANCE);
        IndexWriter writer = new IndexWriter(directory, config(items, format, messages))) {
      addRows(writer, vectors, firstRow, items, progress);
      writer.forceMerge(1);
      writer.commit();
      progress.linked(items, items);
    }
  }

  private static IndexWriterConfig config(int items, KnnVectorsFormat format, InfoStream messages) {
    LogDocMergePolicy oneMergeAtTheEnd = new LogDocMergePolicy();
    oneMergeAtTheEnd.setMergeFactor(Integer.MAX_VALUE);
    oneMergeAtTheEnd.setNoCFSRatio(0);
    return new IndexWriterConfig()
        .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
        .setCodec(codec(format))
        .setMergePolicy(oneMergeAtTheEnd)
        .setMergeScheduler(new SerialMergeScheduler())
        .setUseCompoundFile(false)
        .setRAMBufferSizeMB(BUFFER_MEGABYTES)
        .setMaxBufferedDocs(Math.max(2, Math.ceilDiv(items, MIN_SEGMENTS)))
        .setInfoStream(messages);
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
      IndexWriter writer, VectorMatrix vectors, int firstRow, int items, IndexProgress progress)
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
