package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.AcceptedPositions;
import dev.hstu.index.format.DocumentFilter;
import dev.hstu.index.format.IvfVectorsFormat;
import dev.hstu.index.format.IvfVectorsReader;
import dev.hstu.index.format.Partitions;
import dev.hstu.index.format.PositionFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/// One Lucene segment in [IvfVectorsFormat].
///
/// @param live documents that aren't deleted, null for all
/// @param bitmaps of this segment's positions
/// @param indexRows of the whole index
record PartitionSegment(
    SegmentRows rows,
    Partitions partitions,
    @Nullable Bits live,
    PositionBitmaps bitmaps,
    int indexRows) {

  /// The segments of an index, the largest first, which must hold every row of `vectors` exactly
  /// once.
  static List<PartitionSegment> all(IndexReader index, VectorMatrix vectors) throws IOException {
    List<PartitionSegment> segments = new ArrayList<>();
    for (SegmentRows rows : SegmentRows.all(index, vectors)) {
      LeafReader reader = rows.reader();
      @Nullable Partitions partitions = IvfVectorsReader.partitions(reader, GraphFields.VECTOR);
      if (partitions == null) {
        throw new IOException(
            "segment %s isn't in the format %s; build the index with PartitionIndexWriter"
                .formatted(reader, IvfVectorsFormat.NAME));
      }
      segments.add(
          new PartitionSegment(
              rows,
              partitions,
              reader.getLiveDocs(),
              new PositionBitmaps(partitions),
              vectors.rows()));
    }
    segments.sort(
        Comparator.comparingInt((PartitionSegment segment) -> segment.partitions().size())
            .reversed());
    return List.copyOf(segments);
  }

  /// The catalogue row of a document.
  int row(int document) {
    return rows.row(document);
  }

  /// A filter over rows as one over this segment's live documents.
  DocumentFilter accepting(ItemFilter filter) {
    @Nullable BitmapPart part = filter.bitmapPart();
    if (part == null || !part.covers(indexRows)) {
      return byDocument(filter);
    }
    FixedBitSet bits = part.bits();
    int firstRow = part.firstRow();
    DocumentFilter lasting = byDocument(row -> bits.get(firstRow + row));
    @Nullable AcceptedPositions positions = bitmaps.accepted(bits, lasting);
    ItemFilter others = part.others();
    return positions == null
        ? byDocument(filter)
        : new PositionFilter(
            positions,
            lasting,
            others == ItemFilter.all()
                ? DocumentFilter.ALL
                : document -> others.accepts(rows.row(document)));
  }

  private DocumentFilter byDocument(ItemFilter filter) {
    @Nullable Bits alive = live;
    if (alive == null) {
      return filter == ItemFilter.all()
          ? DocumentFilter.ALL
          : document -> filter.accepts(rows.row(document));
    }
    return document -> alive.get(document) && filter.accepts(rows.row(document));
  }
}
