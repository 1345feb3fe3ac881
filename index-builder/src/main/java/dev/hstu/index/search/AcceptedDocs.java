package dev.hstu.index.search;

import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FilteredDocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/// An [ItemFilter] as Lucene asks for it: over the live documents of one segment.
final class AcceptedDocs extends AcceptDocs implements Bits {

  private final GraphSegment segment;
  private final LeafReader reader;
  private final ItemFilter filter;
  private final @Nullable Bits live;
  private final int cost;

  AcceptedDocs(GraphSegment segment, LeafReader reader, ItemFilter filter, int accepted) {
    this.segment = segment;
    this.reader = reader;
    this.filter = filter;
    this.live = reader.getLiveDocs();
    this.cost = Math.min(accepted, reader.numDocs());
  }

  /// Null, Lucene's sign for "all", where nothing is refused.
  @Override
  public @Nullable Bits bits() {
    return live == null && filter == ItemFilter.all() ? null : this;
  }

  @Override
  public DocIdSetIterator iterator() throws IOException {
    return new FilteredDocIdSetIterator(DocIdSetIterator.all(reader.maxDoc())) {
      @Override
      protected boolean match(int doc) {
        return get(doc);
      }
    };
  }

  @Override
  public int cost() {
    return cost;
  }

  @Override
  public boolean get(int doc) {
    return (live == null || live.get(doc)) && filter.accepts(segment.row(doc));
  }

  @Override
  public int length() {
    return reader.maxDoc();
  }
}
