package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.kernels.cpu.BackgroundThreads;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Finds the centroid with the least Euclidean distance to a vector: the one with the greatest
/// `v·c − ‖c‖²/2`.
///
/// Above [#FLAT_CENTROIDS] centroids it looks in two levels: centroids are grouped by k-means of
/// their own, and only those of the [#GROUPS_SEARCHED] nearest groups are compared; the answer is
/// then nearly always, not always, the nearest. For one thread.
final class NearestCentroid {

  /// Up to so many centroids all are compared.
  static final int FLAT_CENTROIDS = 1_024;

  private static final int GROUPS_SEARCHED = 8;

  /// Rows a thread takes at once: some milliseconds' work.
  private static final int ROWS_AT_ONCE = 2_048;

  private final VectorMatrix centroids;

  /// The row of each centroid in the matrix that was given.
  private final int[] given;

  private final float[] halfSquares;
  private final float[] products;
  private float nearestScore;

  /// int[groups + 1]; one group where all are compared.
  private final int[] groupStarts;

  private final BestRows nearestGroups = new BestRows(GROUPS_SEARCHED);
  private final float[] groupProducts;
  private final VectorMatrix groups;
  private final float[] groupHalfSquares;

  private NearestCentroid(
      VectorMatrix centroids, int[] given, float[] groupCentroids, int[] groupStarts) {
    this.centroids = centroids;
    this.given = given;
    this.halfSquares = halfSquares(centroids);
    this.products = new float[centroids.rows()];
    this.groupStarts = groupStarts;
    this.groups = NativeMatrix.copyOf(groupCentroids, centroids.dimension());
    this.groupHalfSquares = halfSquares(groups);
    this.groupProducts = new float[groups.rows()];
  }

  /// All centroids are compared.
  static NearestCentroid flat(VectorMatrix centroids) {
    return new NearestCentroid(
        centroids,
        IntStream.range(0, centroids.rows()).toArray(),
        new float[centroids.dimension()],
        new int[] {0, centroids.rows()});
  }

  /// In two levels where there are many. The centroids are then put in another order: see
  /// [#centroids].
  static NearestCentroid of(VectorMatrix centroids, long seed, int workers) {
    int count = centroids.rows();
    if (count <= FLAT_CENTROIDS) {
      return flat(centroids);
    }
    int groups = (int) Math.sqrt(count);
    int[] all = IntStream.range(0, count).toArray();
    float[] groupCentroids =
        KMeans.train(centroids, all, groups, new SplittableRandom(seed), Long.MAX_VALUE, workers);
    NearestCentroid ofGroups = flat(NativeMatrix.copyOf(groupCentroids, centroids.dimension()));
    int[] groupOf = ofGroups.ofAll(centroids, workers);
    int[] starts = new int[groups + 1];
    int[] order = Grouping.order(groupOf, starts);
    return new NearestCentroid(
        NativeMatrix.select(centroids, order), order, groupCentroids, starts);
  }

  /// As another, with scratch memory of its own.
  private NearestCentroid(NearestCentroid other) {
    this.centroids = other.centroids;
    this.given = other.given;
    this.halfSquares = other.halfSquares;
    this.products = new float[other.products.length];
    this.groupStarts = other.groupStarts;
    this.groups = other.groups;
    this.groupHalfSquares = other.groupHalfSquares;
    this.groupProducts = new float[other.groupProducts.length];
  }

  /// The centroids in the order of the numbers returned.
  VectorMatrix centroids() {
    return centroids;
  }

  /// The row that a centroid had in the matrix given.
  int given(int number) {
    return given[number];
  }

  /// The number of the nearest centroid of every row.
  int[] ofAll(VectorMatrix vectors, int workers) {
    return ofRows(vectors, IntStream.range(0, vectors.rows()).toArray(), workers);
  }

  /// The number of the nearest centroid of some rows.
  int[] ofRows(VectorMatrix vectors, int[] rows, int workers) {
    int[] nearest = new int[rows.length];
    ParallelRanges.run(
        rows.length,
        ROWS_AT_ONCE,
        workers,
        (from, to) -> {
          NearestCentroid own = new NearestCentroid(this);
          float[] vector = new float[vectors.dimension()];
          for (int i = from; i < to; i++) {
            vectors.copyRow(rows[i], vector);
            nearest[i] = own.of(vector);
            BackgroundThreads.giveWay();
          }
        });
    return nearest;
  }

  /// The number of the centroid nearest to a vector.
  int of(float[] vector) {
    int groupCount = groupStarts.length - 1;
    if (groupCount == 1) {
      return nearestWithin(vector, 0, centroids.rows());
    }
    InnerProducts.ofRows(vector, groups, 0, groupCount, groupProducts);
    nearestGroups.reset(Math.min(GROUPS_SEARCHED, groupCount));
    for (int group = 0; group < groupCount; group++) {
      nearestGroups.offer(group, groupProducts[group] - groupHalfSquares[group]);
    }
    int nearest = -1;
    float score = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < nearestGroups.size(); i++) {
      int group = nearestGroups.rowAt(i);
      int candidate = nearestWithin(vector, groupStarts[group], groupStarts[group + 1]);
      if (candidate >= 0 && (nearest < 0 || nearestScore > score)) {
        nearest = candidate;
        score = nearestScore;
      }
    }
    return nearest;
  }

  /// Leaves the score in [#nearestScore]; -1 for an empty range.
  private int nearestWithin(float[] vector, int from, int to) {
    InnerProducts.ofRows(vector, centroids, from, to - from, products);
    int nearest = -1;
    for (int i = from; i < to; i++) {
      float score = products[i - from] - halfSquares[i];
      if (nearest < 0 || score > nearestScore) {
        nearestScore = score;
        nearest = i;
      }
    }
    return nearest;
  }

  private static float[] halfSquares(VectorMatrix matrix) {
    float[] row = new float[matrix.dimension()];
    float[] halves = new float[matrix.rows()];
    for (int i = 0; i < halves.length; i++) {
      matrix.copyRow(i, row);
      halves[i] = InnerProducts.ofRow(row, matrix, i) / 2;
    }
    return halves;
  }
}
