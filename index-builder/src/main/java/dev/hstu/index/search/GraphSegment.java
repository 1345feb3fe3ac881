package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.BestRows;
import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.jspecify.annotations.Nullable;

/// One Lucene segment and its graph.
record GraphSegment(SegmentRows rows) {

  /// The segments of an index, which must hold every row of `vectors` exactly once.
  static List<GraphSegment> all(IndexReader index, VectorMatrix vectors) throws IOException {
    return SegmentRows.all(index, vectors).stream().map(GraphSegment::new).toList();
  }

  /// The catalogue row of a document.
  int row(int doc) {
    return rows.row(doc);
  }

  /// Walks the graph and leaves the beam's documents, by the graph's own scores, in `reached`.
  ///
  /// @param accepted bound on the accepted items of the whole catalogue
  /// @return the vectors visited, at least `visitLimit` when the walk was stopped by it
  long walk(
      float[] query, int beam, ItemFilter filter, int accepted, long visitLimit, BestRows reached)
      throws IOException {
    LeafReader reader = rows.reader();
    int capacity = Math.min(beam, reader.maxDoc());
    reached.reset(capacity);
    BeamCollector collector = new BeamCollector(capacity, visitLimit, reached);
    reader.searchNearestVectors(
        GraphFields.VECTOR, query, collector, new AcceptedDocs(this, reader, filter, accepted));
    return collector.visitedCount();
  }

  /// Hands over the rows that a walk can come to.
  void forEachReachable(IntConsumer row) throws IOException {
    LeafReader reader = rows.reader();
    @Nullable FloatVectorValues vectors = reader.getFloatVectorValues(GraphFields.VECTOR);
    if (vectors == null) {
      return;
    }
    if (reader instanceof CodecReader codec
        && codec.getVectorReader() instanceof PerFieldKnnVectorsFormat.FieldsReader perField
        && perField.getFieldReader(GraphFields.VECTOR) instanceof HnswGraphProvider provider) {
      GraphReach.forEach(
          provider.getGraph(GraphFields.VECTOR),
          vectors.size(),
          ordinal -> row.accept(row(vectors.ordToDoc(ordinal))));
    } else {
      throw new IOException("segment %s has no graph".formatted(reader));
    }
  }
}
