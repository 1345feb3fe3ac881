package dev.hstu.index.format;

import dev.hstu.index.scan.InnerProducts;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;

/// The vectors of a field in order of document. For one thread; [#copy] for another.
final class PartitionedVectorValues extends FloatVectorValues {

  private final Partitions partitions;
  private final int maxDoc;
  private final float[] vector;

  PartitionedVectorValues(Partitions partitions, int maxDoc) {
    this.partitions = partitions;
    this.maxDoc = maxDoc;
    this.vector = new float[partitions.dimension()];
  }

  @Override
  public int dimension() {
    return partitions.dimension();
  }

  @Override
  public int size() {
    return partitions.size();
  }

  /// The same array each time.
  @Override
  public float[] vectorValue(int ordinal) {
    partitions.vectors().copyRow(partitions.position(ordinal), vector);
    return vector;
  }

  @Override
  public int ordToDoc(int ordinal) {
    return partitions.document(partitions.position(ordinal));
  }

  @Override
  public FloatVectorValues copy() {
    return new PartitionedVectorValues(partitions, maxDoc);
  }

  @Override
  public DocIndexIterator iterator() {
    return size() == maxDoc ? createDenseIterator() : createSparseIterator();
  }

  @Override
  public VectorScorer scorer(float[] query) {
    DocIndexIterator iterator = iterator();
    return new VectorScorer() {
      @Override
      public float score() {
        int position = partitions.position(iterator.index());
        return Similarities.ofProduct(
            partitions.similarity(), InnerProducts.ofRow(query, partitions.vectors(), position));
      }

      @Override
      public DocIdSetIterator iterator() {
        return iterator;
      }
    };
  }
}
