package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Lloyd's k-means over some rows of a matrix, by Euclidean distance, and the hierarchical form of
/// it for many centroids. Seeded: equal arguments give equal centroids unless the deadline cuts in.
final class KMeans {

  /// Beyond some ten iterations the centroids hardly move any more.
  static final int MAX_ITERATIONS = 10;

  /// Iterating stops when at most one vector in so many changes its centroid.
  private static final int SETTLED_SHARE = 200;

  /// Up to so many centroids are trained at once; more, within the clusters of about √k.
  private static final int FLAT_CENTROIDS = 128;

  private KMeans() {}

  /// Trains about `k` centroids, in two levels where `k` is large: first √k clusters, then in each
  /// as many centroids as its share of the rows, so that partitions come out of similar size.
  ///
  /// @return float `[about k][dimension]`, one after another
  static float[] trainHierarchy(
      VectorMatrix vectors,
      int[] rows,
      int k,
      SplittableRandom random,
      long deadlineNanos,
      int workers) {
    if (k <= FLAT_CENTROIDS || rows.length <= k) {
      return train(vectors, rows, k, random, deadlineNanos, workers);
    }
    float[] upper = train(vectors, rows, (int) Math.sqrt(k), random, deadlineNanos, workers);
    int clusters = upper.length / vectors.dimension();
    int[] starts = new int[clusters + 1];
    int[] order = Grouping.order(nearest(vectors, rows, upper, workers), starts);
    // Drawn from here, so that it doesn't matter which thread trains which cluster.
    SplittableRandom[] randoms = new SplittableRandom[clusters];
    Arrays.setAll(randoms, cluster -> random.split());
    float[][] lower = new float[clusters][];
    ParallelRanges.run(
        clusters,
        1,
        workers,
        (cluster, end) -> {
          int[] members = new int[starts[end] - starts[cluster]];
          Arrays.setAll(members, i -> rows[order[starts[cluster] + i]]);
          int share = Math.max(1, Math.round((float) k * members.length / rows.length));
          lower[cluster] =
              members.length == 0
                  ? new float[0]
                  : train(vectors, members, share, randoms[cluster], deadlineNanos, 1);
        });
    return concat(lower);
  }

  /// Trains `k` centroids at once, or one per row where there are fewer rows.
  ///
  /// @param deadlineNanos of [System#nanoTime]; the iteration under way when it passes is the last.
  ///     [Long#MAX_VALUE] for none
  static float[] train(
      VectorMatrix vectors,
      int[] rows,
      int k,
      SplittableRandom random,
      long deadlineNanos,
      int workers) {
    float[] centroids = draw(vectors, rows, Math.min(k, rows.length), random);
    int[] assigned = new int[rows.length];
    Arrays.fill(assigned, -1);
    boolean settled = false;
    for (int iteration = 0; iteration < MAX_ITERATIONS && !settled; iteration++) {
      int[] before = assigned;
      assigned = nearest(vectors, rows, centroids, workers);
      moveToMeans(vectors, rows, assigned, centroids, random);
      boolean late = deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos > 0;
      settled = late || changes(before, assigned) <= rows.length / SETTLED_SHARE;
    }
    return centroids;
  }

  /// Distinct rows, as first centroids: a partial shuffle.
  private static float[] draw(VectorMatrix vectors, int[] rows, int k, SplittableRandom random) {
    int[] shuffled = rows.clone();
    float[] centroids = new float[k * vectors.dimension()];
    for (int i = 0; i < k; i++) {
      int j = random.nextInt(i, shuffled.length);
      int drawn = shuffled[j];
      shuffled[j] = shuffled[i];
      shuffled[i] = drawn;
      copyRow(vectors, drawn, centroids, i);
    }
    return centroids;
  }

  private static int[] nearest(VectorMatrix vectors, int[] rows, float[] centroids, int workers) {
    return NearestCentroid.flat(NativeMatrix.copyOf(centroids, vectors.dimension()))
        .ofRows(vectors, rows, workers);
  }

  /// Moves every centroid to the mean of its rows; one that has none, to a row drawn at random.
  private static void moveToMeans(
      VectorMatrix vectors,
      int[] rows,
      int[] assigned,
      float[] centroids,
      SplittableRandom random) {
    int dimension = vectors.dimension();
    double[] sums = new double[centroids.length];
    int[] counts = new int[centroids.length / dimension];
    float[] vector = new float[dimension];
    for (int i = 0; i < rows.length; i++) {
      vectors.copyRow(rows[i], vector);
      counts[assigned[i]]++;
      int offset = assigned[i] * dimension;
      for (int c = 0; c < dimension; c++) {
        sums[offset + c] += vector[c];
      }
    }
    for (int centroid = 0; centroid < counts.length; centroid++) {
      if (counts[centroid] == 0) {
        copyRow(vectors, rows[random.nextInt(rows.length)], centroids, centroid);
        continue;
      }
      for (int c = centroid * dimension; c < (centroid + 1) * dimension; c++) {
        centroids[c] = (float) (sums[c] / counts[centroid]);
      }
    }
  }

  private static int changes(int[] before, int[] after) {
    int changes = 0;
    for (int i = 0; i < after.length; i++) {
      if (before[i] != after[i]) {
        changes++;
      }
    }
    return changes;
  }

  private static void copyRow(VectorMatrix vectors, int row, float[] centroids, int centroid) {
    for (int c = 0; c < vectors.dimension(); c++) {
      centroids[centroid * vectors.dimension() + c] = vectors.at(row, c);
    }
  }

  private static float[] concat(float[][] parts) {
    int length = 0;
    for (float[] part : parts) {
      length += part.length;
    }
    float[] all = new float[length];
    int filled = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, filled, part.length);
      filled += part.length;
    }
    return all;
  }
}
