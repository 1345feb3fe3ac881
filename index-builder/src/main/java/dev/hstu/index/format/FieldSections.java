package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.CodeBlocks;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.lucene.store.IndexOutput;

/// Lays partitioned vectors out as the sections of [IvfVectorsFormat].
final class FieldSections {

  /// Radii are rounded up by more than the rounding of their float32 sums.
  private static final double RADIUS_ROUNDING = 1 + 1e-5;

  /// Partitions a thread measures at once.
  private static final int PARTITIONS_AT_ONCE = 16;

  /// Partitions encoded before they are written: with 64 values some megabytes.
  private static final int PARTITIONS_ENCODED = 256;

  private final VectorMatrix vectors;
  private final Partitioning partitioning;
  private final int[] starts;

  /// The row at each position.
  private final int[] rows;

  private final float[] spreads;
  private final float[] radii;

  /// The largest magnitude of a difference to the centroid, by partition.
  private final float[] largest;

  private final int workers;

  private FieldSections(VectorMatrix vectors, Partitioning partitioning, int workers) {
    this.vectors = vectors;
    this.partitioning = partitioning;
    this.starts = new int[partitioning.partitions() + 1];
    this.rows = Grouping.order(partitioning.partitionOf(), starts);
    this.spreads = new float[partitioning.partitions()];
    this.radii = new float[partitioning.partitions()];
    this.largest = new float[partitioning.partitions()];
    this.workers = workers;
  }

  static FieldSections of(VectorMatrix vectors, Partitioning partitioning, int workers) {
    FieldSections sections = new FieldSections(vectors, partitioning, workers);
    ParallelRanges.run(sections.spreads.length, PARTITIONS_AT_ONCE, workers, sections::measure);
    return sections;
  }

  private void measure(int fromPartition, int toPartition) {
    float[] vector = new float[vectors.dimension()];
    float[] centroid = new float[vectors.dimension()];
    for (int partition = fromPartition; partition < toPartition; partition++) {
      partitioning.centroids().copyRow(partition, centroid);
      double sum = 0;
      double farthest = 0;
      float most = 0;
      for (int position = starts[partition]; position < starts[partition + 1]; position++) {
        vectors.copyRow(rows[position], vector);
        double square = Partitioner.squaredDistance(vector, centroid);
        sum += square;
        farthest = Math.max(farthest, square);
        for (int c = 0; c < vector.length; c++) {
          most = Math.max(most, Math.abs(vector[c] - centroid[c]));
        }
      }
      int values = (starts[partition + 1] - starts[partition]) * vector.length;
      spreads[partition] = (float) Math.sqrt(sum / values);
      radii[partition] = roundedUpRoot(farthest);
      largest[partition] = most;
    }
  }

  /// A radius from its square.
  static float roundedUpRoot(double square) {
    return (float) (Math.sqrt(square) * RADIUS_ROUNDING);
  }

  float[] spreads() {
    return spreads;
  }

  /// Blocks of codes.
  int blocks(IvfEncoding encoding) {
    return encoding == IvfEncoding.INT8 ? IvfCodes.blockStarts(starts)[spreads.length] : 0;
  }

  /// Writes the vectors by position.
  ///
  /// @return where they begin
  long writeVectors(IndexOutput out) throws IOException {
    long offset = out.alignFilePointer(IvfVectorsFormat.ALIGNMENT_BYTES);
    byte[] row = new byte[vectors.dimension() * Float.BYTES];
    for (int from : rows) {
      MemorySegment.copy(
          vectors.data(), ValueLayout.JAVA_BYTE, vectors.offsetBytes(from), row, 0, row.length);
      out.writeBytes(row, row.length);
    }
    return offset;
  }

  /// Writes all other sections.
  ///
  /// @param documents the document of each row
  /// @return where they begin
  long writeIndex(IndexOutput out, int[] documents, IvfEncoding encoding) throws IOException {
    long offset = out.alignFilePointer(IvfVectorsFormat.ALIGNMENT_BYTES);
    float[] centroid = new float[vectors.dimension()];
    for (int partition = 0; partition < spreads.length; partition++) {
      partitioning.centroids().copyRow(partition, centroid);
      writeFloats(out, centroid);
    }
    align(out);
    writeInts(out, starts);
    align(out);
    writeFloats(out, spreads);
    align(out);
    writeFloats(out, radii);
    align(out);
    int[] positions = new int[rows.length];
    for (int position = 0; position < rows.length; position++) {
      out.writeInt(documents[rows[position]]);
      positions[rows[position]] = position;
    }
    align(out);
    writeInts(out, positions);
    align(out);
    if (encoding == IvfEncoding.INT8) {
      writeCodes(out);
    }
    return offset;
  }

  private void writeCodes(IndexOutput out) throws IOException {
    float[] scales = new float[largest.length];
    for (int partition = 0; partition < scales.length; partition++) {
      scales[partition] = IvfCodes.scale(largest[partition]);
    }
    writeFloats(out, scales);
    align(out);
    for (int first = 0; first < scales.length; first += PARTITIONS_ENCODED) {
      int from = first;
      byte[][] encoded = new byte[Math.min(PARTITIONS_ENCODED, scales.length - from)][];
      ParallelRanges.run(
          encoded.length,
          1,
          workers,
          (i, end) -> encoded[i] = encode(from + i, IvfCodes.inverse(scales[from + i])));
      for (byte[] codes : encoded) {
        out.writeBytes(codes, codes.length);
      }
    }
    align(out);
  }

  private byte[] encode(int partition, float inverseScale) {
    int dimension = vectors.dimension();
    int blockBytes = (int) CodeBlocks.blockBytes(dimension);
    float[] vector = new float[dimension];
    float[] centroid = new float[dimension];
    partitioning.centroids().copyRow(partition, centroid);
    int first = starts[partition];
    int size = starts[partition + 1] - first;
    byte[] codes = new byte[Math.multiplyExact(CodeBlocks.count(size), blockBytes)];
    for (int i = 0; i < size; i++) {
      vectors.copyRow(rows[first + i], vector);
      int block = i / CodeBlocks.ROWS * blockBytes;
      for (int c = 0; c < dimension; c++) {
        codes[block + CodeBlocks.offsetInBlock(i, c)] =
            CodeBlocks.code(vector[c] - centroid[c], inverseScale);
      }
    }
    return codes;
  }

  private static void align(IndexOutput out) throws IOException {
    out.alignFilePointer(IvfVectorsFormat.ALIGNMENT_BYTES);
  }

  private static void writeInts(IndexOutput out, int[] values) throws IOException {
    for (int value : values) {
      out.writeInt(value);
    }
  }

  private static void writeFloats(IndexOutput out, float[] values) throws IOException {
    for (float value : values) {
      out.writeInt(Float.floatToIntBits(value));
    }
  }
}
