package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.index.FieldInfo;

/// The vectors of one field that stand in a matrix already, document d's in row d. Nothing is
/// copied: the values that documents carry are ignored.
final class SourceRows extends KnnFieldVectorsWriter<float[]> {

  private final FieldInfo field;
  private final VectorMatrix source;
  private int documents;

  SourceRows(FieldInfo field, VectorMatrix source) {
    if (field.getVectorDimension() != source.dimension()) {
      throw new IllegalArgumentException(
          "field \"%s\" has vectors of %d values, the source %d"
              .formatted(field.name, field.getVectorDimension(), source.dimension()));
    }
    this.field = field;
    this.source = source;
  }

  FieldInfo field() {
    return field;
  }

  @Override
  public void addValue(int document, float[] ignored) {
    if (document != documents) {
      throw new IllegalArgumentException(
          "document %d came where %d was due; add every row once, in order"
              .formatted(document, documents));
    }
    documents++;
  }

  /// The source, once it is known to be all of this segment.
  VectorMatrix rows() {
    if (documents != source.rows()) {
      throw new IllegalStateException(
          "%d of %d rows are in one segment; flush once, after the last"
              .formatted(documents, source.rows()));
    }
    return source;
  }

  @Override
  public float[] copyValue(float[] vector) {
    return vector.clone();
  }

  @Override
  public long ramBytesUsed() {
    return 0;
  }
}
