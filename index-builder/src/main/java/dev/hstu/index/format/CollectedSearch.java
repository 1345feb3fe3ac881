package dev.hstu.index.format;

import dev.hstu.index.scan.InnerProducts;
import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/// A search as Lucene's queries ask for it: into a collector, over accepted documents.
///
/// A filter that lets a share s of the documents through makes the best k of them the best k/s of
/// all, so probes are taken for k/s. Few accepted documents are compared one by one instead.
final class CollectedSearch {

  private final Partitions partitions;
  private final float[] query;
  private final KnnCollector collector;
  private final int maxDoc;

  CollectedSearch(Partitions partitions, float[] query, KnnCollector collector, int maxDoc) {
    if (query.length != partitions.dimension()) {
      throw new IllegalArgumentException(
          "the query has %d values, the field's vectors %d"
              .formatted(query.length, partitions.dimension()));
    }
    this.partitions = partitions;
    this.query = query;
    this.collector = collector;
    this.maxDoc = maxDoc;
  }

  void run(AcceptDocs accepted) throws IOException {
    double share = Math.min(1, (double) accepted.cost() / maxDoc);
    // Queries for all above a similarity give k = 1 and collect more: only a whole sweep serves
    // them.
    int k = collector.k();
    int probes =
        k <= 1 || share == 0
            ? partitions.count()
            : partitions.probes(k / share, partitions.defaultRecall());
    if (k <= 1 || accepted.cost() <= expectedVisits(probes)) {
      compareEach(accepted);
    } else {
      search(k, probes, accepted.bits());
    }
  }

  private double expectedVisits(int probes) {
    return (double) partitions.size() * probes / partitions.count();
  }

  private void search(int k, int probes, @Nullable Bits accepted) {
    PartitionSearch search = new PartitionSearch();
    DocumentFilter filter = accepted == null ? DocumentFilter.ALL : accepted::get;
    search.search(
        OverlaidPartitions.of(partitions), query, k, probes, Float.NEGATIVE_INFINITY, filter);
    collector.incVisitedCount((int) Math.min(Integer.MAX_VALUE, search.visited()));
    search.forEach(this::collect);
  }

  /// Every accepted document, exactly, until the collector has seen enough.
  private void compareEach(AcceptDocs accepted) throws IOException {
    KnnVectorValues.DocIndexIterator stored =
        new PartitionedVectorValues(partitions, maxDoc).iterator();
    DocIdSetIterator documents = accepted.iterator();
    int document = documents.nextDoc();
    while (document != DocIdSetIterator.NO_MORE_DOCS && !collector.earlyTerminated()) {
      if (stored.docID() < document) {
        stored.advance(document);
      }
      if (stored.docID() == document) {
        int position = partitions.position(stored.index());
        collect(document, InnerProducts.ofRow(query, partitions.vectors(), position));
        collector.incVisitedCount(1);
        document = documents.nextDoc();
      } else if (stored.docID() == DocIdSetIterator.NO_MORE_DOCS) {
        return;
      } else {
        document = documents.advance(stored.docID());
      }
    }
  }

  private void collect(int document, float product) {
    collector.collect(document, Similarities.ofProduct(partitions.similarity(), product));
  }
}
