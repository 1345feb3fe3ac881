package dev.hstu.index.search;

import dev.hstu.index.format.DocumentFilter;
import dev.hstu.index.format.IvfVectorsReader;
import dev.hstu.index.format.Partitions;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/// One near-real-time Lucene segment in [IvfVectorsFormat] with vectors of later rows, open as long
/// as its reader.
///
/// @param rows int `[documents]`, the row of each document; shared, not to be changed
/// @param live documents that aren't deleted, null for all
public record LaterSegment(Partitions partitions, int[] rows, @Nullable Bits live) {

  /// The fields of a row's document.
  ///
  /// @param vector float `[dimension]`, not copied
  public static List<IndexableField> fields(int row, float[] vector) {
    return List.of(
        new KnnFloatVectorField(GraphFields.VECTOR, vector, GraphFields.SIMILARITY),
        new NumericDocValuesField(GraphFields.ROW, row));
  }

  /// Reads the rows of a segment.
  ///
  /// @throws IOException when the segment has documents without row or vector
  public static LaterSegment of(LeafReader reader) throws IOException {
    @Nullable Partitions partitions = IvfVectorsReader.partitions(reader, GraphFields.VECTOR);
    @Nullable NumericDocValues stored = reader.getNumericDocValues(GraphFields.ROW);
    if (partitions == null || stored == null) {
      throw new IOException("segment %s has no rows and vectors of ours".formatted(reader));
    }
    int[] rows = new int[reader.maxDoc()];
    for (int document = 0; document < rows.length; document++) {
      if (!stored.advanceExact(document)) {
        throw new IOException("document %d of %s has no row".formatted(document, reader));
      }
      rows[document] = (int) stored.longValue();
    }
    return new LaterSegment(partitions, rows, reader.getLiveDocs());
  }

  /// The same segment with what another reader of it knows to be deleted.
  public LaterSegment withLive(@Nullable Bits other) {
    return new LaterSegment(partitions, rows, other);
  }

  /// A filter over rows as one over the live documents.
  DocumentFilter accepting(ItemFilter filter) {
    @Nullable Bits alive = live;
    if (alive == null) {
      return filter == ItemFilter.all()
          ? DocumentFilter.ALL
          : document -> filter.accepts(rows[document]);
    }
    return filter == ItemFilter.all()
        ? alive::get
        : document -> alive.get(document) && filter.accepts(rows[document]);
  }
}
