package dev.hstu.benchmarks.micro;

import dev.hstu.index.catalog.VectorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Seeded vectors shaped like item embeddings: a mixture of 2,000 anisotropic clusters with Zipf
/// sizes under 50 super-clusters, unit length. Queries are means of 8 to 30 items of 1 to 6
/// clusters, weighted by recency, plus noise, unit length.
final class MixtureVectors {

  private static final int SUPER_CLUSTERS = 50;
  private static final int CLUSTERS = 2_000;
  /// Length of the noise around a super-cluster's centre, and around a cluster's. With half of it
  /// items are so near to each other that a graph at default settings stays below recall .9 up to a
  /// beam of 4,000.
  private static final double CLUSTER_SPREAD = 1;

  private static final double ITEM_SPREAD = 1;
  private static final double QUERY_NOISE = 0.1;
  private static final double RECENCY = 0.95;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int dimension;
  private final SplittableRandom random;
  private final float[][] centres = new float[CLUSTERS][];

  /// Per cluster and value, the deviation of its items.
  private final float[][] deviations = new float[CLUSTERS][];

  /// Cumulated shares of the clusters.
  private final double[] shares = new double[CLUSTERS];

  MixtureVectors(int dimension, long seed) {
    this.dimension = dimension;
    this.random = new SplittableRandom(seed);
    float[][] supers = new float[SUPER_CLUSTERS][];
    for (int s = 0; s < SUPER_CLUSTERS; s++) {
      supers[s] = unit(noise(new float[dimension], 1));
    }
    double sum = 0;
    for (int c = 0; c < CLUSTERS; c++) {
      float[] around = supers[random.nextInt(SUPER_CLUSTERS)].clone();
      centres[c] = unit(noise(around, CLUSTER_SPREAD));
      deviations[c] = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        deviations[c][i] =
            (float) (ITEM_SPREAD / Math.sqrt(dimension) * Math.exp(.5 * random.nextGaussian()));
      }
      sum += 1.0 / (c + 10);
      shares[c] = sum;
    }
  }

  /// Rows in native memory, as mapped files are.
  VectorMatrix matrix(int rows) {
    MemorySegment data = Arena.ofAuto().allocate((long) rows * dimension * Float.BYTES, 64);
    for (int row = 0; row < rows; row++) {
      float[] item = item(cluster());
      MemorySegment.copy(item, 0, data, FLOAT, (long) row * dimension * Float.BYTES, dimension);
    }
    return new VectorMatrix(data, rows, dimension);
  }

  float[][] queries(int count) {
    float[][] queries = new float[count][];
    for (int q = 0; q < count; q++) {
      int[] interests = random.ints(1 + random.nextInt(6), 0, 1).map(i -> cluster()).toArray();
      float[] query = new float[dimension];
      double weight = 1;
      for (int events = 8 + random.nextInt(23); events > 0; events--) {
        float[] item = item(interests[random.nextInt(interests.length)]);
        for (int i = 0; i < dimension; i++) {
          query[i] += (float) weight * item[i];
        }
        weight *= RECENCY;
      }
      queries[q] = unit(noise(unit(query), QUERY_NOISE));
    }
    return queries;
  }

  private int cluster() {
    double draw = random.nextDouble() * shares[CLUSTERS - 1];
    int found = Arrays.binarySearch(shares, draw);
    return Math.min(CLUSTERS - 1, found < 0 ? -found - 1 : found);
  }

  private float[] item(int cluster) {
    float[] item = centres[cluster].clone();
    for (int i = 0; i < dimension; i++) {
      item[i] += deviations[cluster][i] * (float) random.nextGaussian();
    }
    return unit(item);
  }

  /// Adds noise of about the given length.
  private float[] noise(float[] vector, double length) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] += (float) (length / Math.sqrt(vector.length) * random.nextGaussian());
    }
    return vector;
  }

  private static float[] unit(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }
}
