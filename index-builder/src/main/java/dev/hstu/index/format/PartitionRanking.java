package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.InnerProducts;

/// Orders partitions by how good their vectors may be for a query: `q·c + w·‖q‖·s`, where c is the
/// centroid, hence `q·c` the mean score of its vectors, and s the spread of one value around it. So
/// the more scattered of two partitions with equal means comes first. Scratch memory of one thread.
final class PartitionRanking {

  /// w: standard deviations above the mean.
  private static final float SPREAD_WEIGHT = 1;

  private final BestRows best = new BestRows(0);
  private float[] products = new float[0];
  private float[] keys = new float[0];
  private float[] ordered = new float[0];
  private int[] order = new int[0];
  private float queryNorm;

  /// Finds the first `probes` partitions, and the products of the query with all centroids.
  void rank(VectorMatrix centroids, float[] spreads, float[] query, int probes) {
    int partitions = centroids.rows();
    grow(partitions, probes);
    queryNorm = norm(query);
    InnerProducts.ofRows(query, centroids, 0, partitions, products);
    float weight = SPREAD_WEIGHT * queryNorm;
    for (int i = 0; i < partitions; i++) {
      keys[i] = Math.fma(weight, spreads[i], products[i]);
    }
    best.reset(probes);
    int next = 0;
    while (next < partitions) {
      best.offer(next, keys[next]);
      // Numbers ascend, so an equal key can't replace a kept one.
      next = InnerProducts.nextAbove(best.floor(), keys, next + 1, partitions);
    }
    best.drainDescending(order, ordered);
  }

  /// The i-th partition.
  int partition(int i) {
    return order[i];
  }

  /// The inner product of the query with a centroid.
  float product(int partition) {
    return products[partition];
  }

  /// The length of the query.
  float queryNorm() {
    return queryNorm;
  }

  private void grow(int partitions, int probes) {
    if (keys.length < partitions) {
      products = new float[partitions];
      keys = new float[partitions];
    }
    if (order.length < probes) {
      order = new int[probes];
      ordered = new float[probes];
    }
  }

  private static float norm(float[] query) {
    double squares = 0;
    for (float value : query) {
      squares += (double) value * value;
    }
    return (float) Math.sqrt(squares);
  }
}
