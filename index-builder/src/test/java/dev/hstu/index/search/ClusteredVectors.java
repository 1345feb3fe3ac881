package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.util.SplittableRandom;

/// Seeded unit vectors in clusters of unequal sizes, and queries near mixtures of a few of them:
/// the shape of item and user embeddings.
public final class ClusteredVectors {

  private static final double SPREAD = 0.6;

  private final int dimension;
  private final float[][] centres;
  private final SplittableRandom random;

  public ClusteredVectors(int dimension, int clusters, long seed) {
    this.dimension = dimension;
    this.random = new SplittableRandom(seed);
    this.centres = new float[clusters][];
    for (int c = 0; c < clusters; c++) {
      centres[c] = gaussian(1);
      normalise(centres[c]);
    }
  }

  /// float `[rows · dimension]`, unit rows.
  public float[] values(int rows) {
    float[] values = new float[rows * dimension];
    for (int r = 0; r < rows; r++) {
      float[] vector = around(centre());
      System.arraycopy(vector, 0, values, r * dimension, dimension);
    }
    return values;
  }

  public VectorMatrix matrix(int rows) {
    return VectorMatrix.copyOf(values(rows), dimension);
  }

  /// A unit query: the mean of points of up to four clusters.
  public float[] query() {
    float[] query = new float[dimension];
    for (int interests = 1 + random.nextInt(4); interests > 0; interests--) {
      float[] point = around(centre());
      for (int i = 0; i < dimension; i++) {
        query[i] += point[i];
      }
    }
    normalise(query);
    return query;
  }

  /// Squaring the uniform draw makes early clusters larger.
  private float[] centre() {
    double draw = random.nextDouble();
    return centres[(int) (draw * draw * centres.length)];
  }

  private float[] around(float[] centre) {
    float[] vector = gaussian(SPREAD / Math.sqrt(dimension));
    for (int i = 0; i < dimension; i++) {
      vector[i] += centre[i];
    }
    normalise(vector);
    return vector;
  }

  private float[] gaussian(double deviation) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) (random.nextGaussian() * deviation);
    }
    return vector;
  }

  private static void normalise(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squares));
    }
  }
}
