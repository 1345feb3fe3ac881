package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.jspecify.annotations.Nullable;

/// What an index's own files hold beside the vectors it stands for. A search can't tell: every
/// score it returns comes from those vectors, and an index of yesterday's only finds the wrong
/// ones.
///
/// @param checked vectors looked at; 0 where the index is the exact scan, which has no files
/// @param differing of those, the ones that are not the vector of their row
/// @param similarity whether every segment ranks by inner products
public record IndexedVectors(int checked, int differing, boolean similarity) {

  /// Vectors are stored in full precision, so a bit would do; this also allows for formats that
  /// round.
  private static final float TOLERANCE = 1e-3f;

  /// Reads every vector, or `most` spread evenly.
  ///
  /// @param shards folders as [OpenIndex#open] takes them
  /// @throws IOException when a folder holds no whole index
  public static IndexedVectors compare(
      IndexSettings settings, List<Path> shards, VectorMatrix vectors, int most)
      throws IOException {
    IndexedVectors whole = new IndexedVectors(0, 0, true);
    if (settings.type() == IndexType.EXACT) {
      return whole;
    }
    int step = Math.max(1, Math.ceilDiv(vectors.rows(), most));
    List<ShardRange> ranges = ShardRange.divide(vectors.rows(), shards.size());
    for (int s = 0; s < ranges.size(); s++) {
      VectorMatrix slice = vectors.slice(ranges.get(s).firstRow(), ranges.get(s).rows());
      whole = whole.plus(compareShard(shards.get(s), slice, step));
    }
    return whole;
  }

  private static IndexedVectors compareShard(Path folder, VectorMatrix vectors, int step)
      throws IOException {
    IndexedVectors shard = new IndexedVectors(0, 0, true);
    try (IndexReader reader = ShardReaders.open(List.of(folder))) {
      for (SegmentRows segment : SegmentRows.all(reader, vectors)) {
        shard = shard.plus(compareSegment(segment, vectors, step));
      }
    }
    return shard;
  }

  private static IndexedVectors compareSegment(SegmentRows segment, VectorMatrix vectors, int step)
      throws IOException {
    FieldInfo field = segment.reader().getFieldInfos().fieldInfo(GraphFields.VECTOR);
    @Nullable FloatVectorValues stored = segment.reader().getFloatVectorValues(GraphFields.VECTOR);
    int checked = 0;
    int differing = 0;
    float[] expected = new float[vectors.dimension()];
    int size = stored == null ? 0 : stored.size();
    for (long i = 0; stored != null && i < size; i += step) {
      vectors.copyRow(segment.row(stored.ordToDoc((int) i)), expected);
      checked++;
      differing += isOther(stored.vectorValue((int) i), expected) ? 1 : 0;
    }
    boolean similarity = field.getVectorSimilarityFunction() == GraphFields.SIMILARITY;
    return new IndexedVectors(checked, differing, similarity);
  }

  private static boolean isOther(float[] stored, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      // Written so that NaN, which compares false, counts.
      if (!(Math.abs(stored[i] - expected[i]) <= TOLERANCE)) {
        return true;
      }
    }
    return false;
  }

  private IndexedVectors plus(IndexedVectors other) {
    return new IndexedVectors(
        checked + other.checked, differing + other.differing, similarity && other.similarity);
  }
}
