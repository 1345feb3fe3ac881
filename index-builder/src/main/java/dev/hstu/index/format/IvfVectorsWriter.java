package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/// Writes the files of [IvfVectorsFormat] for one segment.
final class IvfVectorsWriter extends KnnVectorsWriter {

  private final SegmentWriteState state;
  private final IvfSettings settings;
  private final @Nullable VectorMatrix source;
  private final IndexOutput meta;
  private final IndexOutput vectors;
  private final IndexOutput index;
  private final List<FieldVectors> fields = new ArrayList<>();
  private final List<SourceRows> sourced = new ArrayList<>();

  private IvfVectorsWriter(
      SegmentWriteState state,
      IvfSettings settings,
      @Nullable VectorMatrix source,
      IndexOutput meta,
      IndexOutput vectors,
      IndexOutput index) {
    this.state = state;
    this.settings = settings;
    this.source = source;
    this.meta = meta;
    this.vectors = vectors;
    this.index = index;
  }

  /// @param source as [IvfVectorsFormat#ofRows] takes it, or null where documents carry their
  ///     vectors
  static IvfVectorsWriter create(
      SegmentWriteState state, IvfSettings settings, @Nullable VectorMatrix source)
      throws IOException {
    List<IndexOutput> outputs = new ArrayList<>();
    try {
      outputs.add(create(state, IvfVectorsFormat.META_EXTENSION));
      outputs.add(create(state, IvfVectorsFormat.VECTORS_EXTENSION));
      outputs.add(create(state, IvfVectorsFormat.INDEX_EXTENSION));
      writeHeader(state, outputs.get(0), IvfVectorsFormat.META_CODEC);
      writeHeader(state, outputs.get(1), IvfVectorsFormat.VECTORS_CODEC);
      writeHeader(state, outputs.get(2), IvfVectorsFormat.INDEX_CODEC);
      return new IvfVectorsWriter(
          state, settings, source, outputs.get(0), outputs.get(1), outputs.get(2));
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileSuppressingExceptions(e, outputs);
      throw e;
    }
  }

  private static IndexOutput create(SegmentWriteState state, String extension) throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    return state.directory.createOutput(name, state.context);
  }

  private static void writeHeader(SegmentWriteState state, IndexOutput out, String codec)
      throws IOException {
    CodecUtil.writeIndexHeader(
        out, codec, IvfVectorsFormat.VERSION, state.segmentInfo.getId(), state.segmentSuffix);
  }

  @Override
  public KnnFieldVectorsWriter<?> addField(FieldInfo field) {
    requireSupported(field);
    if (source != null) {
      SourceRows rows = new SourceRows(field, source);
      sourced.add(rows);
      return rows;
    }
    FieldVectors added = new FieldVectors(field);
    fields.add(added);
    return added;
  }

  private static void requireSupported(FieldInfo field) {
    if (field.getVectorEncoding() != VectorEncoding.FLOAT32) {
      throw new IllegalArgumentException(
          "field \"%s\" holds %s vectors, %s takes FLOAT32 only; use a KnnFloatVectorField"
              .formatted(field.name, field.getVectorEncoding(), IvfVectorsFormat.NAME));
    }
    VectorSimilarityFunction similarity = field.getVectorSimilarityFunction();
    if (similarity != VectorSimilarityFunction.DOT_PRODUCT
        && similarity != VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT) {
      throw new IllegalArgumentException(
          ("field \"%s\" has similarity %s, %s takes DOT_PRODUCT or MAXIMUM_INNER_PRODUCT; for"
                  + " cosine, normalise the vectors and use DOT_PRODUCT")
              .formatted(field.name, similarity, IvfVectorsFormat.NAME));
    }
  }

  @Override
  public void flush(int maxDoc, Sorter.@Nullable DocMap sortMap) throws IOException {
    for (FieldVectors field : fields) {
      int[] documents = new int[field.size()];
      for (int i = 0; i < documents.length; i++) {
        int document = field.document(i);
        documents[i] = sortMap == null ? document : sortMap.oldToNew(document);
      }
      int[] order = sortMap == null ? identity(documents.length) : ascending(documents);
      int dimension = field.field().getVectorDimension();
      VectorMatrix matrix = matrix(field, order, dimension);
      int[] sorted = IntStream.of(order).map(i -> documents[i]).toArray();
      write(field.field(), matrix, sorted, partitionFlushed(matrix));
    }
    for (SourceRows field : sourced) {
      VectorMatrix matrix = field.rows();
      write(field.field(), matrix, identity(matrix.rows()), partition(matrix, null));
    }
  }

  private Partitioning partitionFlushed(VectorMatrix matrix) {
    return settings.deferred() ? Partitioner.flat(matrix) : partition(matrix, null);
  }

  private Partitioning partition(VectorMatrix matrix, @Nullable Partitions former) {
    return matrix.rows() <= settings.flatRows()
        ? Partitioner.flat(matrix)
        : Partitioner.partition(matrix, settings, former);
  }

  private static int[] identity(int length) {
    return IntStream.range(0, length).toArray();
  }

  private static int[] ascending(int[] documents) {
    return IntStream.range(0, documents.length)
        .boxed()
        .sorted(Comparator.comparingInt((Integer i) -> documents[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static VectorMatrix matrix(FieldVectors field, int[] order, int dimension) {
    MemorySegment data = NativeMatrix.allocate((long) order.length * dimension * Float.BYTES);
    for (int i = 0; i < order.length; i++) {
      NativeMatrix.setRow(data, i, field.vector(order[i]));
    }
    return new VectorMatrix(data, order.length, dimension);
  }

  /// Copies the merged vectors to a temporary file, since partitioning reads them several times and
  /// in any order.
  @Override
  public @Nullable IORunnable mergeOneField(FieldInfo field, MergeState merge) throws IOException {
    requireSupported(field);
    try (MergedVectors merged = MergedVectors.copy(field, merge, state, index.getName())) {
      VectorMatrix matrix = merged.matrix();
      write(field, matrix, merged.documents(), partition(matrix, largest(field, merge)));
    }
    return null;
  }

  /// The partitions of the largest merged segment that has any worth keeping.
  private static @Nullable Partitions largest(FieldInfo field, MergeState merge) {
    Partitions largest = null;
    for (int i = 0; i < merge.knnVectorsReaders.length; i++) {
      KnnVectorsReader reader = merge.knnVectorsReaders[i];
      if (reader instanceof PerFieldKnnVectorsFormat.FieldsReader perField) {
        reader = perField.getFieldReader(field.name);
      }
      if (reader instanceof IvfVectorsReader ivf) {
        Partitions partitions = ivf.partitions(field.name);
        if (partitions != null
            && partitions.trainedRows() > 0
            && (largest == null || partitions.size() > largest.size())) {
          largest = partitions;
        }
      }
    }
    return largest;
  }

  private void write(
      FieldInfo field, VectorMatrix matrix, int[] documents, Partitioning partitioning)
      throws IOException {
    FieldSections sections = FieldSections.of(matrix, partitioning, settings.workers());
    ProbeTable table =
        partitioning.trainedRows() == 0
            ? ProbeTable.all(partitioning.partitions())
            : Calibration.measure(matrix, partitioning, sections.spreads(), settings);
    long vectorsOffset = sections.writeVectors(vectors);
    long indexOffset = sections.writeIndex(index, documents, settings.encoding());
    meta.writeInt(field.number);
    new FieldMeta(
            settings.encoding(),
            field.getVectorSimilarityFunction(),
            matrix.dimension(),
            matrix.rows(),
            partitioning.partitions(),
            sections.blocks(settings.encoding()),
            partitioning.trainedRows(),
            partitioning.trainedDistortion(),
            (float) settings.recall(),
            vectorsOffset,
            indexOffset,
            table)
        .write(meta);
  }

  @Override
  public void finish() throws IOException {
    meta.writeInt(-1);
    CodecUtil.writeFooter(meta);
    CodecUtil.writeFooter(vectors);
    CodecUtil.writeFooter(index);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(Arrays.asList(meta, vectors, index));
  }

  @Override
  public long ramBytesUsed() {
    long bytes = 0;
    for (FieldVectors field : fields) {
      bytes += field.ramBytesUsed();
    }
    return bytes;
  }
}
