package dev.hstu.index.format;

import java.io.IOException;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexInput;

/// What the `.ipm` file says about one field; [IvfVectorsFormat] lists it.
///
/// @param vectorsOffset where the field's vectors begin in the `.ipv` file, in bytes
/// @param indexOffset where its sections begin in the `.ipx` file, in bytes
/// @param blocks blocks of codes in all partitions; 0 for float32
record FieldMeta(
    IvfEncoding encoding,
    VectorSimilarityFunction similarity,
    int dimension,
    int rows,
    int partitions,
    int blocks,
    int trainedRows,
    float trainedDistortion,
    float recall,
    long vectorsOffset,
    long indexOffset,
    ProbeTable table) {

  private static final int MAX_TABLE_SIDE = 64;

  void write(DataOutput out) throws IOException {
    out.writeByte(encoding.code());
    out.writeByte((byte) (similarity == VectorSimilarityFunction.DOT_PRODUCT ? 0 : 1));
    out.writeInt(dimension);
    out.writeInt(rows);
    out.writeInt(partitions);
    out.writeInt(blocks);
    out.writeInt(trainedRows);
    out.writeInt(Float.floatToIntBits(trainedDistortion));
    out.writeInt(Float.floatToIntBits(recall));
    out.writeLong(vectorsOffset);
    out.writeLong(indexOffset);
    out.writeInt(table.ks().length);
    for (int k : table.ks()) {
      out.writeInt(k);
    }
    out.writeInt(table.recalls().length);
    for (float target : table.recalls()) {
      out.writeInt(Float.floatToIntBits(target));
    }
    for (int[] row : table.probes()) {
      for (int probes : row) {
        out.writeInt(probes);
      }
    }
  }

  static FieldMeta read(IndexInput in) throws IOException {
    int encoding = within(in, "encoding", in.readByte(), 1);
    int similarity = within(in, "similarity", in.readByte(), 1);
    int dimension = within(in, "dimension", in.readInt(), IvfVectorsFormat.MAX_DIMENSION);
    int rows = within(in, "vectors", in.readInt(), Integer.MAX_VALUE);
    int partitions = within(in, "partitions", in.readInt(), rows);
    return new FieldMeta(
        encoding == IvfEncoding.FLOAT32.code() ? IvfEncoding.FLOAT32 : IvfEncoding.INT8,
        similarity == 0
            ? VectorSimilarityFunction.DOT_PRODUCT
            : VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT,
        dimension,
        rows,
        partitions,
        within(in, "blocks", in.readInt(), rows),
        within(in, "trained vectors", in.readInt(), Integer.MAX_VALUE),
        Float.intBitsToFloat(in.readInt()),
        Float.intBitsToFloat(in.readInt()),
        in.readLong(),
        in.readLong(),
        readTable(in, partitions));
  }

  private static ProbeTable readTable(IndexInput in, int partitions) throws IOException {
    int[] ks = new int[within(in, "k count", in.readInt(), MAX_TABLE_SIDE)];
    for (int i = 0; i < ks.length; i++) {
      ks[i] = in.readInt();
    }
    float[] recalls = new float[within(in, "recall count", in.readInt(), MAX_TABLE_SIDE)];
    for (int i = 0; i < recalls.length; i++) {
      recalls[i] = Float.intBitsToFloat(in.readInt());
    }
    int[][] probes = new int[ks.length][recalls.length];
    for (int[] row : probes) {
      for (int i = 0; i < row.length; i++) {
        row[i] = within(in, "probes", in.readInt(), partitions);
      }
    }
    return new ProbeTable(ks, recalls, probes, partitions);
  }

  private static int within(IndexInput in, String name, int value, int max)
      throws CorruptIndexException {
    if (value < 0 || value > max) {
      throw new CorruptIndexException("%s=%d must be within 0..%d".formatted(name, value, max), in);
    }
    return value;
  }
}
