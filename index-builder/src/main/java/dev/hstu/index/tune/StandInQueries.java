package dev.hstu.index.tune;

import dev.hstu.index.catalog.VectorMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Queries made of items where no real ones are at hand: normalised sums of a few, as a user's
/// vector lies between the items of a few interests.
final class StandInQueries {

  private static final int QUERIES = 512;
  private static final int MAX_INTERESTS = 4;

  private StandInQueries() {}

  static List<float[]> of(VectorMatrix vectors, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<float[]> queries = new ArrayList<>(QUERIES);
    for (int q = 0; q < QUERIES; q++) {
      float[] sum = new float[vectors.dimension()];
      for (int interests = 1 + random.nextInt(MAX_INTERESTS); interests > 0; interests--) {
        int row = random.nextInt(vectors.rows());
        for (int c = 0; c < sum.length; c++) {
          sum[c] += vectors.at(row, c);
        }
      }
      queries.add(normalised(sum));
    }
    return queries;
  }

  private static float[] normalised(float[] sum) {
    double squares = 0;
    for (float value : sum) {
      squares += (double) value * value;
    }
    float scale = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
    for (int c = 0; c < sum.length; c++) {
      sum[c] *= scale;
    }
    return sum;
  }
}
