package dev.hstu.index.format;

import dev.hstu.kernels.cpu.CodeBlocks;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/// Reads the files of [IvfVectorsFormat]. Nothing but the small sections is copied where the
/// directory maps its files.
public final class IvfVectorsReader extends KnnVectorsReader {

  private final IndexInput vectors;
  private final IndexInput index;
  private final Map<String, Partitions> fields;
  private final int maxDoc;

  private IvfVectorsReader(
      IndexInput vectors, IndexInput index, Map<String, Partitions> fields, int maxDoc) {
    this.vectors = vectors;
    this.index = index;
    this.fields = fields;
    this.maxDoc = maxDoc;
  }

  /// The partitions of a field in a segment, or null where it has no vectors or another format.
  public static @Nullable Partitions partitions(LeafReader reader, String field) {
    if (reader instanceof CodecReader codec
        && codec.getVectorReader() instanceof PerFieldKnnVectorsFormat.FieldsReader perField
        && perField.getFieldReader(field) instanceof IvfVectorsReader ivf) {
      return ivf.partitions(field);
    }
    return null;
  }

  static IvfVectorsReader open(SegmentReadState state) throws IOException {
    Map<String, FieldMeta> metas = readMeta(state);
    IndexInput vectors =
        open(state, IvfVectorsFormat.VECTORS_EXTENSION, IvfVectorsFormat.VECTORS_CODEC);
    IndexInput index = null;
    try {
      index = open(state, IvfVectorsFormat.INDEX_EXTENSION, IvfVectorsFormat.INDEX_CODEC);
      Map<String, Partitions> fields = new HashMap<>();
      for (Map.Entry<String, FieldMeta> meta : metas.entrySet()) {
        fields.put(
            meta.getKey(),
            new Partitions(meta.getValue(), sections(meta.getValue(), vectors, index)));
      }
      return new IvfVectorsReader(vectors, index, Map.copyOf(fields), state.segmentInfo.maxDoc());
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileSuppressingExceptions(e, vectors, index);
      throw e;
    }
  }

  private static Map<String, FieldMeta> readMeta(SegmentReadState state) throws IOException {
    Map<String, FieldMeta> metas = new HashMap<>();
    try (ChecksumIndexInput in =
        state.directory.openChecksumInput(name(state, IvfVectorsFormat.META_EXTENSION))) {
      Throwable failure = null;
      try {
        checkHeader(state, in, IvfVectorsFormat.META_CODEC);
        for (int number = in.readInt(); number >= 0; number = in.readInt()) {
          @Nullable FieldInfo field = state.fieldInfos.fieldInfo(number);
          if (field == null) {
            throw new CorruptIndexException("no field has number " + number, in);
          }
          metas.put(field.name, checked(FieldMeta.read(in), field, in));
        }
      } catch (IOException | RuntimeException e) {
        failure = e;
      }
      CodecUtil.checkFooter(in, failure);
    }
    return metas;
  }

  private static FieldMeta checked(FieldMeta meta, FieldInfo field, IndexInput in)
      throws CorruptIndexException {
    if (meta.dimension() != field.getVectorDimension()
        || meta.similarity() != field.getVectorSimilarityFunction()) {
      throw new CorruptIndexException(
          "field \"%s\" has dimension %d and similarity %s here, %d and %s in the segment"
              .formatted(
                  field.name,
                  meta.dimension(),
                  meta.similarity(),
                  field.getVectorDimension(),
                  field.getVectorSimilarityFunction()),
          in);
    }
    return meta;
  }

  private static IndexInput open(SegmentReadState state, String extension, String codec)
      throws IOException {
    IndexInput in = state.directory.openInput(name(state, extension), state.context);
    try {
      checkHeader(state, in, codec);
      CodecUtil.retrieveChecksum(in);
      return in;
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileSuppressingExceptions(e, in);
      throw e;
    }
  }

  private static String name(SegmentReadState state, String extension) {
    return IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
  }

  private static void checkHeader(SegmentReadState state, IndexInput in, String codec)
      throws IOException {
    CodecUtil.checkIndexHeader(
        in,
        codec,
        IvfVectorsFormat.VERSION,
        IvfVectorsFormat.VERSION,
        state.segmentInfo.getId(),
        state.segmentSuffix);
  }

  private static Sections sections(FieldMeta meta, IndexInput vectors, IndexInput index)
      throws IOException {
    long rowBytes = (long) meta.dimension() * Float.BYTES;
    boolean coded = meta.encoding() == IvfEncoding.INT8;
    SectionCursor next = new SectionCursor(index, meta.indexOffset());
    return new Sections(
        MappedSection.of(vectors, meta.vectorsOffset(), meta.rows() * rowBytes),
        next.take(meta.partitions() * rowBytes),
        next.take((meta.partitions() + 1L) * Integer.BYTES),
        next.take((long) meta.partitions() * Float.BYTES),
        next.take((long) meta.partitions() * Float.BYTES),
        next.take((long) meta.rows() * Integer.BYTES),
        next.take((long) meta.rows() * Integer.BYTES),
        next.take(coded ? (long) meta.partitions() * Float.BYTES : 0),
        next.take((long) meta.blocks() * CodeBlocks.blockBytes(meta.dimension())));
  }

  /// Takes one section after another.
  private static final class SectionCursor {
    private final IndexInput index;
    private long offset;

    SectionCursor(IndexInput index, long offset) {
      this.index = index;
      this.offset = offset;
    }

    MemorySegment take(long length) throws IOException {
      MemorySegment section = MappedSection.of(index, offset, length);
      offset = Math.ceilDiv(offset + length, IvfVectorsFormat.ALIGNMENT_BYTES);
      offset *= IvfVectorsFormat.ALIGNMENT_BYTES;
      return section;
    }
  }

  /// The partitions of a field, or null where the segment has no vectors of it.
  @Nullable Partitions partitions(String field) {
    return fields.get(field);
  }

  private Partitions existing(String field) {
    @Nullable Partitions partitions = fields.get(field);
    if (partitions == null) {
      throw new IllegalArgumentException("field \"%s\" has no vectors".formatted(field));
    }
    return partitions;
  }

  @Override
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(vectors);
    CodecUtil.checksumEntireFile(index);
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) {
    return new PartitionedVectorValues(existing(field), maxDoc);
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) {
    throw new IllegalArgumentException(
        "field \"%s\" holds float32 vectors, not bytes; ask for its float vector values"
            .formatted(field));
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs accepted)
      throws IOException {
    @Nullable Partitions partitions = fields.get(field);
    if (partitions != null && partitions.size() > 0) {
      new CollectedSearch(partitions, target, collector, maxDoc).run(accepted);
    }
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs accepted) {
    throw new IllegalArgumentException(
        "field \"%s\" holds float32 vectors, not bytes; search it with a float query"
            .formatted(field));
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    @Nullable Partitions partitions = fields.get(field.name);
    return partitions == null
        ? Map.of()
        : Map.of(
            IvfVectorsFormat.VECTORS_EXTENSION,
            partitions.vectors().data().byteSize(),
            IvfVectorsFormat.INDEX_EXTENSION,
            partitions.indexBytes());
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(vectors, index);
  }
}
