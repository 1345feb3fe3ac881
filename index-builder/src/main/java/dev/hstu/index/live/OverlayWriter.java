package dev.hstu.index.live;

import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.format.IvfSettings;
import dev.hstu.index.format.IvfVectorsFormat;
import dev.hstu.index.search.LaterSegment;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NoLockFactory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The vectors of later rows as a near-real-time Lucene index in a scratch folder. Never committed:
/// it is made anew from the log at each start. For one thread; readers are for any.
final class OverlayWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OverlayWriter.class);

  private static final String KEY = "key";

  /// Segments of one size before they are merged: more make searches slower, fewer make merging
  /// dearer.
  private static final double SEGMENTS_PER_TIER = 4;

  /// Up to here segments count as equally small, and are swept whole.
  private static final double FLOOR_MEGABYTES = 0.5;

  /// Merges stay below this, so that training takes seconds.
  private static final double MAX_MERGED_MEGABYTES = 256;

  /// Bound on one training.
  private static final Duration TRAINING_TIME = Duration.ofSeconds(5);

  /// Merges that may wait before additions do, and how many run at once: a second one would take
  /// its processor time from searches.
  private static final int MAX_WAITING_MERGES = 64;

  private static final int MERGE_THREADS = 1;

  private final Path folder;
  private final Directory directory;
  private final IndexWriter writer;

  private OverlayWriter(Path folder, Directory directory, IndexWriter writer) {
    this.folder = folder;
    this.directory = directory;
    this.writer = writer;
  }

  /// Begins in an empty folder, which [#close] deletes.
  static OverlayWriter open(Path folder) throws IOException {
    Directory directory = new MMapDirectory(folder, NoLockFactory.INSTANCE);
    try {
      return new OverlayWriter(folder, directory, new IndexWriter(directory, config()));
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /// Adds the vector of a row.
  void add(int row, float[] vector) throws IOException {
    Document document = new Document();
    document.add(new StringField(KEY, key(row), Field.Store.NO));
    LaterSegment.fields(row, vector).forEach(document::add);
    writer.addDocument(document);
  }

  /// Takes out the vector of a row.
  void delete(int row) throws IOException {
    writer.deleteDocuments(new Term(KEY, key(row)));
  }

  /// All that was added and deleted so far.
  ///
  /// @param before the reader of the last refresh, which stays open
  /// @return a new reader, or `before` itself where nothing has changed
  DirectoryReader refresh(@Nullable DirectoryReader before) throws IOException {
    if (before == null) {
      return DirectoryReader.open(writer);
    }
    @Nullable DirectoryReader changed = DirectoryReader.openIfChanged(before, writer);
    return changed == null ? before : changed;
  }

  @Override
  public void close() throws IOException {
    try {
      writer.rollback();
      directory.close();
    } finally {
      deleteFolder();
    }
  }

  private void deleteFolder() throws IOException {
    try {
      DurableFiles.deleteRecursively(folder);
    } catch (NoSuchFileException e) {
      // Whoever opened the log next has begun to delete it, which is as good.
      LOG.debug("{} is being deleted by another", folder, e);
    }
  }

  private static BytesRef key(int row) {
    return new BytesRef(ByteBuffer.allocate(Integer.BYTES).putInt(row).array());
  }

  private static IndexWriterConfig config() {
    TieredMergePolicy merges = new TieredMergePolicy();
    merges.setSegmentsPerTier(SEGMENTS_PER_TIER);
    merges.setFloorSegmentMB(FLOOR_MEGABYTES);
    merges.setMaxMergedSegmentMB(MAX_MERGED_MEGABYTES);
    merges.setNoCFSRatio(0);
    ConcurrentMergeScheduler scheduler = new ConcurrentMergeScheduler();
    scheduler.setMaxMergesAndThreads(MAX_WAITING_MERGES, MERGE_THREADS);
    scheduler.disableAutoIOThrottle();
    return new IndexWriterConfig()
        .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
        .setCodec(codec())
        .setMergePolicy(merges)
        .setMergeScheduler(scheduler)
        .setUseCompoundFile(false)
        .setCommitOnClose(false);
  }

  private static Codec codec() {
    KnnVectorsFormat format =
        new IvfVectorsFormat(
            new IvfSettings(
                IvfEncoding.FLOAT32,
                IvfSettings.DEFAULT_FLAT_ROWS,
                false,
                IvfSettings.DEFAULT_RECALL,
                TRAINING_TIME,
                1,
                List.of()));
    return new Lucene104Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
      }
    };
  }
}
