package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.PartitionCodes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;

/// One vector field of one segment, open for reading; valid as long as the segment's reader. A
/// *position* counts the vectors in stored order, partition after partition; an *ordinal* counts
/// them in order of document. Any thread may read.
public final class Partitions {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final PartitionCodes NO_CODES =
      new PartitionCodes(MemorySegment.NULL, 1, new int[1], new int[1], new float[0]);

  /// No vectors at all.
  static final Partitions NONE = none();

  private final FieldMeta meta;
  private final VectorMatrix vectors;
  private final Centroids centroids;
  private final int[] starts;
  private final int[] blockStarts;
  private final float[] radii;
  private final MemorySegment documents;
  private final MemorySegment positions;
  private final float[] scales;
  private final MemorySegment codes;
  private final PartitionCodes partitionCodes;

  Partitions(FieldMeta meta, Sections sections) {
    this.meta = meta;
    this.vectors = new VectorMatrix(sections.vectors(), meta.rows(), meta.dimension());
    this.starts = sections.starts().toArray(INT);
    this.blockStarts = IvfCodes.blockStarts(starts);
    this.centroids =
        Centroids.of(
            new VectorMatrix(sections.centroids(), meta.partitions(), meta.dimension()),
            sections.spreads().toArray(FLOAT));
    this.radii = sections.radii().toArray(FLOAT);
    this.documents = sections.documents();
    this.positions = sections.positions();
    this.scales = sections.scales().toArray(FLOAT);
    this.codes = sections.codes();
    this.partitionCodes =
        meta.encoding() == IvfEncoding.INT8
            ? new PartitionCodes(codes, meta.dimension(), starts, blockStarts, scales)
            : NO_CODES;
  }

  private static Partitions none() {
    MemorySegment empty = MemorySegment.NULL;
    return new Partitions(
        new FieldMeta(
            IvfEncoding.FLOAT32,
            VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT,
            1,
            0,
            0,
            0,
            0,
            0,
            1,
            0,
            0,
            ProbeTable.all(0)),
        new Sections(empty, empty, empty, empty, empty, empty, empty, empty, empty));
  }

  /// Partitions without a vector, for others to be put into.
  ///
  /// @param trained how some vectors were divided
  /// @param rows how many those were, to which the table of probes refers
  static Partitions empty(Partitioning trained, float[] spreads, ProbeTable table, int rows) {
    MemorySegment none = MemorySegment.NULL;
    int count = trained.partitions();
    VectorMatrix centroids = trained.centroids();
    FieldMeta meta =
        new FieldMeta(
            IvfEncoding.FLOAT32,
            VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT,
            centroids.dimension(),
            0,
            count,
            0,
            rows,
            trained.trainedDistortion(),
            1,
            0,
            0,
            table);
    MemorySegment zeros = NativeMatrix.allocate((count + 1L) * Integer.BYTES);
    return new Partitions(
        meta,
        new Sections(
            none,
            centroids.data(),
            zeros,
            NativeMatrix.copyOf(spreads, 1).data(),
            zeros.asSlice(0, (long) count * Float.BYTES),
            none,
            none,
            none,
            none));
  }

  /// The number of vectors.
  public int size() {
    return meta.rows();
  }

  /// The length of the vectors.
  public int dimension() {
    return meta.dimension();
  }

  /// The number of partitions.
  public int count() {
    return meta.partitions();
  }

  /// What is swept.
  public IvfEncoding encoding() {
    return meta.encoding();
  }

  /// A centroid that isn't finite has no place in any order.
  boolean isRankable(int partition) {
    boolean finite = Float.isFinite(centroids.spreads()[partition]);
    for (int column = 0; column < dimension() && finite; column++) {
      finite = Float.isFinite(centroids.matrix().at(partition, column));
    }
    return finite;
  }

  /// The number of vectors that [#probes] refers to.
  int calibratedRows() {
    return size() == 0 ? trainedRows() : size();
  }

  /// How many partitions to sweep so that the best k are found with this recall, as calibrated when
  /// the segment was written.
  ///
  /// @param k may be more than the segment holds, and a fraction: k over the share of vectors that
  ///     a filter lets through
  /// @param recall within 0..1; 1 gives all partitions
  public int probes(double k, double recall) {
    return meta.table().probes(k, recall);
  }

  double defaultRecall() {
    return meta.recall();
  }

  int trainedRows() {
    return meta.trainedRows();
  }

  float trainedDistortion() {
    return meta.trainedDistortion();
  }

  VectorSimilarityFunction similarity() {
    return meta.similarity();
  }

  /// The mapped bytes beside the vectors.
  long indexBytes() {
    return centroids.matrix().data().byteSize()
        + documents.byteSize()
        + positions.byteSize()
        + codes.byteSize();
  }

  /// By position.
  VectorMatrix vectors() {
    return vectors;
  }

  Centroids centroids() {
    return centroids;
  }

  /// The first position of a partition; that of `count()` is `size()`.
  int start(int partition) {
    return starts[partition];
  }

  /// The largest distance of a vector of the partition to its centroid, rounded up.
  float radius(int partition) {
    return radii[partition];
  }

  /// The partition of a position.
  int partitionAt(int position) {
    int found = Arrays.binarySearch(starts, position);
    // Of partitions that begin there all but the last are empty.
    int partition = found < 0 ? -found - 2 : found;
    while (starts[partition + 1] <= position) {
      partition++;
    }
    return partition;
  }

  int document(int position) {
    return documents.getAtIndex(INT, position);
  }

  int position(int ordinal) {
    return positions.getAtIndex(INT, ordinal);
  }

  /// The value of one step of a code; int8 only.
  float scale(int partition) {
    return scales[partition];
  }

  MemorySegment codes() {
    return codes;
  }

  /// All that a sweep of codes needs; empty where there are none.
  PartitionCodes partitionCodes() {
    return partitionCodes;
  }

  /// Where a partition's blocks of codes begin; int8 only.
  long codesOffsetBytes(int partition) {
    return blockStarts[partition] * CodeBlocks.blockBytes(meta.dimension());
  }
}
