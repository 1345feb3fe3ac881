package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.BackgroundThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/// Where the documents of one Lucene segment are in the catalogue.
final class SegmentRows {

  /// Read in some ten microseconds.
  private static final int DOCUMENTS_AT_ONCE = 1_024;

  private final LeafReader reader;

  /// int[maxDoc], or null where document d is row d, as after one merge in order.
  private final int @Nullable [] rows;

  private SegmentRows(LeafReader reader, int @Nullable [] rows) {
    this.reader = reader;
    this.rows = rows;
  }

  /// The segments of an index, which must hold every row of `vectors` exactly once.
  static List<SegmentRows> all(IndexReader index, VectorMatrix vectors) throws IOException {
    List<SegmentRows> segments = new ArrayList<>();
    FixedBitSet seen = new FixedBitSet(vectors.rows());
    for (LeafReaderContext leaf : index.leaves()) {
      segments.add(of(leaf.reader(), vectors, seen));
    }
    int missing = vectors.rows() - seen.cardinality();
    if (missing > 0) {
      throw new IOException(
          "the index lacks %d of %d items, the first in row %d"
              .formatted(missing, vectors.rows(), firstClear(seen)));
    }
    return List.copyOf(segments);
  }

  private static SegmentRows of(LeafReader reader, VectorMatrix vectors, FixedBitSet seen)
      throws IOException {
    @Nullable FieldInfo field = reader.getFieldInfos().fieldInfo(GraphFields.VECTOR);
    if (field == null || field.getVectorDimension() != vectors.dimension()) {
      throw new IOException(
          "segment %s has vectors of %d values, the item vectors have %d"
              .formatted(
                  reader, field == null ? 0 : field.getVectorDimension(), vectors.dimension()));
    }
    @Nullable NumericDocValues stored = reader.getNumericDocValues(GraphFields.ROW);
    // Mostly document d is row d, as after one flush or merge in order, and no array is made.
    int[] rows = null;
    for (int doc = 0; doc < reader.maxDoc(); doc++) {
      int row = rowOf(stored, doc, seen);
      if (rows == null && row != doc) {
        rows = new int[reader.maxDoc()];
        Arrays.setAll(rows, IntUnaryOperator.identity());
      }
      if (rows != null) {
        rows[doc] = row;
      }
      if (doc % DOCUMENTS_AT_ONCE == 0) {
        BackgroundThreads.giveWay();
      }
    }
    return new SegmentRows(reader, rows);
  }

  private static int rowOf(@Nullable NumericDocValues stored, int doc, BitSet seen)
      throws IOException {
    if (stored == null || !stored.advanceExact(doc)) {
      throw new IOException("document %d has no row".formatted(doc));
    }
    long row = stored.longValue();
    if (row < 0 || row >= seen.length()) {
      throw new IOException(
          "document %d has row %d, must be within 0..%d".formatted(doc, row, seen.length() - 1));
    }
    if (seen.getAndSet((int) row)) {
      throw new IOException("row %d has two documents".formatted(row));
    }
    return (int) row;
  }

  private static int firstClear(FixedBitSet seen) {
    int row = 0;
    while (seen.get(row)) {
      row++;
    }
    return row;
  }

  /// The catalogue row of a document.
  int row(int doc) {
    return rows == null ? doc : rows[doc];
  }

  /// Whether document d is row d.
  boolean areInOrder() {
    return rows == null;
  }

  /// The segment, open as long as the index.
  LeafReader reader() {
    return reader;
  }
}
