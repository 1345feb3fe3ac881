package dev.hstu.benchmarks.vectors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Seeded vectors shaped like item embeddings: a mixture of 2,000 anisotropic clusters with Zipf
/// sizes under 50 super-clusters, unit length. Queries are means of 8 to 30 items of 1 to 6
/// clusters, weighted by recency, plus noise, unit length.
///
/// Clusters, items and queries come from streams of their own, so the same seed gives the same
/// first rows and the same queries whatever the number of rows. Items are drawn one by one and
/// written as they come: memory doesn't grow with them.
public final class MixtureVectors {

  static final int SUPER_CLUSTERS = 50;
  static final int CLUSTERS = 2_000;

  /// Mandelbrot's shift: the i-th cluster's share is in proportion to 1/(i + 10), so that the
  /// largest holds 2 % of the items and not 12 %.
  private static final double ZIPF_SHIFT = 10;

  /// Standard deviation of the logarithm of a cluster's spread along one axis: the widest axes of
  /// 64 are some ten times the narrowest.
  private static final double ANISOTROPY = 0.5;

  private static final int MIN_EVENTS = 8;
  private static final int MAX_EVENTS = 30;
  private static final int MAX_INTERESTS = 6;
  private static final double QUERY_NOISE = 0.1;

  /// Weight of an event over that of the next newer one.
  private static final double RECENCY = 0.95;

  private static final long ITEMS = 0x1;
  private static final long QUERIES = 0x2;

  private final int dimension;
  private final long seed;
  private final float[][] centres = new float[CLUSTERS][];

  /// Per cluster and value, the deviation of its items.
  private final float[][] deviations = new float[CLUSTERS][];

  /// Cumulated shares of the clusters.
  private final double[] shares = new double[CLUSTERS];

  public MixtureVectors(MixtureShape shape, int dimension, long seed) {
    this.dimension = dimension;
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    float[][] supers = new float[SUPER_CLUSTERS][];
    for (int s = 0; s < SUPER_CLUSTERS; s++) {
      supers[s] = unit(noise(new float[dimension], 1, random));
    }
    double sum = 0;
    for (int c = 0; c < CLUSTERS; c++) {
      float[] around = supers[random.nextInt(SUPER_CLUSTERS)].clone();
      centres[c] = unit(noise(around, shape.clusterSpread(), random));
      deviations[c] = deviations(shape.itemSpread(), random);
      sum += 1.0 / (c + ZIPF_SHIFT);
      shares[c] = sum;
    }
  }

  private float[] deviations(double length, SplittableRandom random) {
    float[] axes = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      double axis = Math.exp(ANISOTROPY * random.nextGaussian());
      axes[i] = (float) (length / Math.sqrt(dimension) * axis);
    }
    return axes;
  }

  /// Writes items as a `.fbin` file.
  ///
  /// @param progress told the number of rows done, now and then and at the end
  public void writeItems(Path file, int rows, LongConsumer progress) throws IOException {
    SplittableRandom random = stream(ITEMS);
    float[] item = new float[dimension];
    FloatVectorFile.write(
        file,
        rows,
        dimension,
        row -> {
          drawItem(drawCluster(random), random, item);
          if ((row & 0xFFFF) == 0xFFFF || row == rows - 1) {
            progress.accept(row + 1L);
          }
          return item;
        });
  }

  /// Draws the items of [#writeItems] one by one into arrays of `dimension`.
  public Consumer<float[]> items() {
    SplittableRandom random = stream(ITEMS);
    return item -> drawItem(drawCluster(random), random, item);
  }

  /// Float `[count][dimension]`.
  public float[][] queries(int count) {
    SplittableRandom random = stream(QUERIES);
    float[][] queries = new float[count][];
    for (int q = 0; q < count; q++) {
      queries[q] = query(random);
    }
    return queries;
  }

  private float[] query(SplittableRandom random) {
    int[] interests = new int[1 + random.nextInt(MAX_INTERESTS)];
    Arrays.setAll(interests, i -> drawCluster(random));
    float[] query = new float[dimension];
    float[] item = new float[dimension];
    double weight = 1;
    for (int left = random.nextInt(MIN_EVENTS, MAX_EVENTS + 1); left > 0; left--) {
      drawItem(interests[random.nextInt(interests.length)], random, item);
      for (int i = 0; i < dimension; i++) {
        query[i] += (float) weight * item[i];
      }
      weight *= RECENCY;
    }
    return unit(noise(unit(query), QUERY_NOISE, random));
  }

  /// The number of a cluster, the larger the likelier.
  int drawCluster(SplittableRandom random) {
    int found = Arrays.binarySearch(shares, random.nextDouble() * shares[CLUSTERS - 1]);
    return Math.min(CLUSTERS - 1, found < 0 ? -found - 1 : found);
  }

  void drawItem(int cluster, SplittableRandom random, float[] item) {
    for (int i = 0; i < dimension; i++) {
      item[i] = centres[cluster][i] + deviations[cluster][i] * (float) random.nextGaussian();
    }
    unit(item);
  }

  private SplittableRandom stream(long number) {
    // Multiplied by 2⁶⁴ over the golden ratio, so that neighbouring seeds share no stream.
    return new SplittableRandom((seed + number) * 0x9E37_79B9_7F4A_7C15L);
  }

  /// Adds noise of about the given length.
  private static float[] noise(float[] vector, double length, SplittableRandom random) {
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
