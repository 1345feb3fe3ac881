package dev.hstu.index.census;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.util.SplittableRandom;

/// Asks for items by their own vectors: an item is the best answer to itself, so what isn't found
/// that way is found by hardly any query. Of items with equal vectors more than k, only k can be.
///
/// @param asked items
/// @param found of them, those among the k candidates
/// @param k candidates asked for
public record OwnVectorProbe(int asked, int found, int k) {

  /// Items asked for by default: enough to see a share of one in a thousand.
  public static final int DEFAULT_SAMPLE = 10_000;

  /// Asks for a seeded sample of the rows, or for all where there are no more.
  ///
  /// @param options as it is served with
  public static OwnVectorProbe run(
      ItemIndex index, VectorMatrix vectors, int k, SearchOptions options, int sample, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Candidates candidates = new Candidates(k);
    float[] query = new float[vectors.dimension()];
    boolean all = vectors.rows() <= sample;
    int asked = Math.min(vectors.rows(), sample);
    int found = 0;
    for (int i = 0; i < asked; i++) {
      int row = all ? i : random.nextInt(vectors.rows());
      vectors.copyRow(row, query);
      index.search(query, k, ItemFilter.all(), options, candidates);
      found += isAmong(row, candidates) ? 1 : 0;
    }
    return new OwnVectorProbe(asked, found, k);
  }

  /// The share found, 1 where nothing was asked.
  public double share() {
    return asked == 0 ? 1 : (double) found / asked;
  }

  private static boolean isAmong(int row, Candidates candidates) {
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.row(i) == row) {
        return true;
      }
    }
    return false;
  }
}
