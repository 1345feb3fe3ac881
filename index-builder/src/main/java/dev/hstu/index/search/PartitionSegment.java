package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.AcceptedPositions;
import dev.hstu.index.format.DocumentFilter;
import dev.hstu.index.format.IvfVectorsFormat;
import dev.hstu.index.format.IvfVectorsReader;
import dev.hstu.index.format.OverlaidPartitions;
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
/// @param live documents that aren't deleted, null for all; what later updates did is known to the
///     partitions
/// @param bitmaps of this segment's positions
/// @param indexRows of the whole index
record PartitionSegment(
    SegmentRows rows,
    OverlaidPartitions partitions,
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
              OverlaidPartitions.of(partitions),
              reader.getLiveDocs(),
              new PositionBitmaps(partitions),
              vectors.rows()));
    }
    segments.sort(
        Comparator.comparingInt((PartitionSegment segment) -> segment.partitions().size())
            .reversed());
    return List.copyOf(segments);
  }

  /// The partitions, where document d is row d and none is deleted; else null.
  @Nullable Partitions wholePartitions() {
    return live == null && rows.areInOrder() ? partitions.base() : null;
  }

  /// The same segment as updates have left it.
  PartitionSegment with(OverlaidPartitions updated) {
    return new PartitionSegment(rows, updated, live, bitmaps, indexRows);
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
            others == ItemFilter.all()
                ? DocumentFilter.ALL
                : document -> others.accepts(rows.row(document)),
            byDocument(filter));
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
