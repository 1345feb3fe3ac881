package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.jspecify.annotations.Nullable;

/// A Lucene vector format of k-means partitions (an inverted file, IVF): the vectors of a partition
/// lie next to each other, and a search sweeps the partitions that promise most. It takes float32
/// vectors of [#MAX_DIMENSION] values at most under the inner-product similarities (`DOT_PRODUCT`,
/// `MAXIMUM_INNER_PRODUCT`), and refuses other similarities and byte vectors.
///
/// A vector is in one partition only (border vectors aren't assigned a second time).
///
/// Merging assigns all vectors to the centroids of the largest merged segment, and trains anew when
/// there are more than twice as many vectors as those were trained on, or when the mean squared
/// distance to them has grown by more than a fifth.
///
/// Three files a segment, each with Lucene's index header (magic, codec name, version int32 =
/// [#VERSION], segment id, suffix) and footer (CRC-32). Integers and floats are little-endian;
/// sections begin at multiples of [#ALIGNMENT_BYTES] bytes and are padded with zeros. V vectors of
/// D values in P partitions; a *position* counts vectors in stored order.
///
/// `.ipm`, meta, one entry a field:
///
/// | field | type | |
/// |---|---|---|
/// | field number | int32 | -1 ends the list |
/// | encoding | int8 | 0 float32, 1 int8 |
/// | similarity | int8 | 0 dot product, 1 maximum inner product |
/// | dimension D | int32 | |
/// | vectors V | int32 | |
/// | partitions P | int32 | at most V, none empty |
/// | blocks B | int32 | Σ ⌈size/16⌉ over the partitions; 0 with float32 |
/// | trained on | int32 | vectors when the centroids were last trained; 0: never |
/// | distortion | float32 | mean squared distance to the centroid just after |
/// | recall | float32 | aimed at where a search names none |
/// | vectors offset | int64 | of the field's vectors in `.ipv` |
/// | index offset | int64 | of the field's first section in `.ipx` |
/// | k count K | int32 | rows of the probe table, at most 64 |
/// | k | int32 `[K]` | ascending |
/// | recall count R | int32 | columns of the probe table, at most 64 |
/// | recalls | float32 `[R]` | ascending |
/// | probes | int32 `[K][R]` | partitions to sweep for recall r of the best k |
///
/// `.ipv`, vectors: for each field float32 `[V][D]` by position. Partitions follow one another;
/// within one, documents ascend.
///
/// `.ipx`, index, for each field these sections:
///
/// | section | type | |
/// |---|---|---|
/// | centroids | float32 `[P][D]` | mean of the partition |
/// | starts | int32 `[P + 1]` | first position of each partition, and V |
/// | spreads | float32 `[P]` | root mean squared difference of one value to the centroid's |
/// | radii | float32 `[P]` | largest distance to the centroid, rounded up |
/// | documents | int32 `[V]` | document at each position |
/// | positions | int32 `[V]` | position of each vector, in order of document |
/// | scales | float32 `[P]` | int8 only: value of one step of a code |
/// | codes | int8 `[B][⌈D/4⌉][16][4]` | int8 only: `round((v − c)/scale)`, see below |
///
/// Codes stand in blocks of up to 16 vectors of one partition, each block by groups of four columns
/// and each group vector by vector ([dev.hstu.kernels.cpu.CodeBlocks]). What fills up a block and
/// the last group is zero.
public final class IvfVectorsFormat extends KnnVectorsFormat {

  /// The name under which Lucene finds the format when it opens a segment.
  public static final String NAME = "HstuIvfVectors";

  /// Longest vectors.
  public static final int MAX_DIMENSION = VectorMatrix.MAX_DIMENSION;

  static final int VERSION = 1;
  static final String META_CODEC = "HstuIvfMeta";
  static final String VECTORS_CODEC = "HstuIvfVectors";
  static final String INDEX_CODEC = "HstuIvfIndex";
  static final String META_EXTENSION = "ipm";

  /// Of the file of float32 vectors.
  public static final String VECTORS_EXTENSION = "ipv";

  /// Of the file of everything else that a search reads.
  public static final String INDEX_EXTENSION = "ipx";

  /// A cache line, and the widest vector register.
  static final int ALIGNMENT_BYTES = 64;

  private final IvfSettings settings;
  private final @Nullable VectorMatrix source;

  /// As Lucene's service loader makes it, for reading; writes with [IvfSettings#DEFAULT].
  public IvfVectorsFormat() {
    this(IvfSettings.DEFAULT);
  }

  /// Writes by these settings.
  public IvfVectorsFormat(IvfSettings settings) {
    this(settings, null);
  }

  private IvfVectorsFormat(IvfSettings settings, @Nullable VectorMatrix source) {
    super(NAME);
    this.settings = settings;
    this.source = source;
  }

  /// Writes one segment of a matrix that is there already, document d being row d: the vectors are
  /// read where they stand and never copied to the heap or to a first segment. Every row is added
  /// once and in order, with any values, and flushed at once; a segment of fewer rows is refused.
  ///
  /// @param source owned by the caller and open until the segment is written
  public static IvfVectorsFormat ofRows(IvfSettings settings, VectorMatrix source) {
    return new IvfVectorsFormat(settings, source);
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return IvfVectorsWriter.create(state, settings, source);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return IvfVectorsReader.open(state);
  }

  @Override
  public int getMaxDimensions(String field) {
    return MAX_DIMENSION;
  }

  @Override
  public String toString() {
    return "%s(%s)".formatted(NAME, settings);
  }
}
