package dev.hstu.index.search;

import dev.hstu.index.scan.BestRows;
import org.apache.lucene.search.AbstractKnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.knn.KnnSearchStrategy;

/// Collects the beam of one walk into a reused heap.
final class BeamCollector extends AbstractKnnCollector {

  /// Threshold 0 turns off the walk over accepted items only, which loses recall.
  private static final KnnSearchStrategy EVERY_NEIGHBOUR = new KnnSearchStrategy.Hnsw(0);

  private final BestRows reached;

  BeamCollector(int beam, long visitLimit, BestRows reached) {
    super(beam, visitLimit, EVERY_NEIGHBOUR);
    this.reached = reached;
  }

  @Override
  public boolean collect(int doc, float similarity) {
    return reached.offer(doc, similarity);
  }

  @Override
  public int numCollected() {
    return reached.size();
  }

  @Override
  public float minCompetitiveSimilarity() {
    return reached.floor();
  }

  @Override
  public TopDocs topDocs() {
    TotalHits.Relation relation =
        earlyTerminated()
            ? TotalHits.Relation.GREATER_THAN_OR_EQUAL_TO
            : TotalHits.Relation.EQUAL_TO;
    int[] docs = new int[reached.size()];
    float[] scores = new float[docs.length];
    reached.drainDescending(docs, scores);
    ScoreDoc[] hits = new ScoreDoc[docs.length];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = new ScoreDoc(docs[i], scores[i]);
    }
    return new TopDocs(new TotalHits(visitedCount(), relation), hits);
  }
}
