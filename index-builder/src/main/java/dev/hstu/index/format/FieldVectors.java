package dev.hstu.index.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.util.RamUsageEstimator;

/// The vectors of one field until they are flushed.
final class FieldVectors extends KnnFieldVectorsWriter<float[]> {

  private final FieldInfo field;
  private final List<float[]> vectors = new ArrayList<>();
  private int[] documents = new int[8];

  FieldVectors(FieldInfo field) {
    this.field = field;
  }

  FieldInfo field() {
    return field;
  }

  int size() {
    return vectors.size();
  }

  /// The ordinal-th vector added; not copied.
  float[] vector(int ordinal) {
    return vectors.get(ordinal);
  }

  /// The document of the ordinal-th vector added, ascending.
  int document(int ordinal) {
    return documents[ordinal];
  }

  @Override
  public void addValue(int document, float[] vector) {
    int size = vectors.size();
    if (size > 0 && documents[size - 1] == document) {
      throw new IllegalArgumentException(
          "document %d has field \"%s\" twice; a document has one vector a field"
              .formatted(document, field.name));
    }
    if (size == documents.length) {
      documents = Arrays.copyOf(documents, 2 * size);
    }
    documents[size] = document;
    vectors.add(copyValue(vector));
  }

  @Override
  public float[] copyValue(float[] vector) {
    return vector.clone();
  }

  @Override
  public long ramBytesUsed() {
    long perVector =
        RamUsageEstimator.NUM_BYTES_ARRAY_HEADER
            + (long) field.getVectorDimension() * Float.BYTES
            + RamUsageEstimator.NUM_BYTES_OBJECT_REF
            + Integer.BYTES;
    return vectors.size() * perVector;
  }
}
