package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/// The live vectors of a merge in order of document, in a temporary file that closing deletes.
final class MergedVectors implements Closeable {

  private final Directory directory;
  private final IndexInput input;
  private final String name;
  private final VectorMatrix matrix;
  private final int[] documents;

  private MergedVectors(
      Directory directory, IndexInput input, String name, VectorMatrix matrix, int[] documents) {
    this.directory = directory;
    this.input = input;
    this.name = name;
    this.matrix = matrix;
    this.documents = documents;
  }

  static MergedVectors copy(
      FieldInfo field, MergeState merge, SegmentWriteState state, String prefix)
      throws IOException {
    IndexOutput out = state.directory.createTempOutput(prefix, "vectors", state.context);
    String name = out.getName();
    try {
      int[] documents;
      try (out) {
        documents = write(field, merge, out);
        CodecUtil.writeFooter(out);
      }
      return open(state.directory, name, documents, field.getVectorDimension());
    } catch (IOException | RuntimeException e) {
      IOUtils.deleteFilesIgnoringExceptions(state.directory, name);
      throw e;
    }
  }

  private static MergedVectors open(
      Directory directory, String name, int[] documents, int dimension) throws IOException {
    IndexInput input = directory.openInput(name, IOContext.DEFAULT);
    try {
      long bytes = (long) documents.length * dimension * Float.BYTES;
      VectorMatrix matrix =
          new VectorMatrix(MappedSection.of(input, 0, bytes), documents.length, dimension);
      return new MergedVectors(directory, input, name, matrix, documents);
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileSuppressingExceptions(e, input);
      throw e;
    }
  }

  /// Writes the vectors.
  ///
  /// @return their documents
  private static int[] write(FieldInfo field, MergeState merge, IndexOutput out)
      throws IOException {
    FloatVectorValues merged =
        KnnVectorsWriter.MergedVectorValues.mergeFloatVectorValues(field, merge);
    ByteBuffer row =
        ByteBuffer.allocate(field.getVectorDimension() * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    int[] documents = new int[merged.size()];
    int count = 0;
    KnnVectorValues.DocIndexIterator iterator = merged.iterator();
    for (int document = iterator.nextDoc();
        document != DocIdSetIterator.NO_MORE_DOCS;
        document = iterator.nextDoc()) {
      row.asFloatBuffer().put(merged.vectorValue(iterator.index()));
      out.writeBytes(row.array(), row.capacity());
      documents[count++] = document;
    }
    // The merged size counts deleted documents too.
    return Arrays.copyOf(documents, count);
  }

  /// The vectors; readable until this closes.
  VectorMatrix matrix() {
    return matrix;
  }

  /// The document of each, ascending.
  int[] documents() {
    return documents;
  }

  @Override
  public void close() throws IOException {
    input.close();
    directory.deleteFile(name);
  }
}
