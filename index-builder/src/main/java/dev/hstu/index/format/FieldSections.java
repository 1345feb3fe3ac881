package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.CodeBlocks;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.apache.lucene.store.IndexOutput;

/// Lays partitioned vectors out as the sections of [IvfVectorsFormat].
final class FieldSections {

  /// Radii are rounded up by more than the rounding of their float32 sums.
  private static final double RADIUS_ROUNDING = 1 + 1e-5;

  private final VectorMatrix vectors;
  private final Partitioning partitioning;
  private final int[] starts;

  /// The row at each position.
  private final int[] rows;

  private final float[] spreads;
  private final float[] radii;

  private FieldSections(VectorMatrix vectors, Partitioning partitioning) {
    this.vectors = vectors;
    this.partitioning = partitioning;
    this.starts = new int[partitioning.partitions() + 1];
    this.rows = Grouping.order(partitioning.partitionOf(), starts);
    this.spreads = new float[partitioning.partitions()];
    this.radii = new float[partitioning.partitions()];
  }

  static FieldSections of(VectorMatrix vectors, Partitioning partitioning) {
    FieldSections sections = new FieldSections(vectors, partitioning);
    sections.measure();
    return sections;
  }

  private void measure() {
    float[] vector = new float[vectors.dimension()];
    float[] centroid = new float[vectors.dimension()];
    for (int partition = 0; partition < spreads.length; partition++) {
      partitioning.centroids().copyRow(partition, centroid);
      double sum = 0;
      double largest = 0;
      for (int position = starts[partition]; position < starts[partition + 1]; position++) {
        vectors.copyRow(rows[position], vector);
        double square = Partitioner.squaredDistance(vector, centroid);
        sum += square;
        largest = Math.max(largest, square);
      }
      int values = (starts[partition + 1] - starts[partition]) * vector.length;
      spreads[partition] = (float) Math.sqrt(sum / values);
      radii[partition] = (float) (Math.sqrt(largest) * RADIUS_ROUNDING);
    }
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
    float[] scales = scales();
    writeFloats(out, scales);
    align(out);
    int dimension = vectors.dimension();
    byte[] block = new byte[(int) CodeBlocks.blockBytes(dimension)];
    float[] centroid = new float[dimension];
    for (int partition = 0; partition < spreads.length; partition++) {
      partitioning.centroids().copyRow(partition, centroid);
      int end = starts[partition + 1];
      for (int first = starts[partition]; first < end; first += CodeBlocks.ROWS) {
        fill(block, first, Math.min(end, first + CodeBlocks.ROWS), centroid, scales[partition]);
        out.writeBytes(block, block.length);
      }
    }
    align(out);
  }

  private void fill(byte[] block, int first, int end, float[] centroid, float scale) {
    Arrays.fill(block, (byte) 0);
    for (int position = first; position < end; position++) {
      for (int c = 0; c < centroid.length; c++) {
        float difference = vectors.at(rows[position], c) - centroid[c];
        block[CodeBlocks.offsetInBlock(position - first, c)] = IvfCodes.code(difference, scale);
      }
    }
  }

  private float[] scales() {
    float[] scales = new float[spreads.length];
    for (int partition = 0; partition < scales.length; partition++) {
      float largest = 0;
      for (int position = starts[partition]; position < starts[partition + 1]; position++) {
        for (int c = 0; c < vectors.dimension(); c++) {
          float difference =
              vectors.at(rows[position], c) - partitioning.centroids().at(partition, c);
          largest = Math.max(largest, Math.abs(difference));
        }
      }
      scales[partition] = IvfCodes.scale(largest);
    }
    return scales;
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
