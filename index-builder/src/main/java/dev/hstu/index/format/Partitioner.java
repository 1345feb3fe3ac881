package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Divides vectors into partitions by k-means: trains on a sample, assigns every vector, splits
/// what came out too large, drops what came out empty, and moves the centroids to the means.
final class Partitioner {

  /// Partitions over √rows: the sweep of a search and the ranking of partitions then cost alike at
  /// recall .95 for some hundred candidates.
  private static final int PARTITIONS_PER_ROOT = 4;

  /// Fewest vectors a partition is meant to have; smaller ones cost more to rank than to sweep.
  private static final int MIN_ROWS_PER_PARTITION = 64;

  /// Vectors sampled for each centroid trained.
  private static final int SAMPLE_PER_PARTITION = 64;

  /// A partition larger than so many times the mean is split.
  private static final int MAX_OVERSIZE = 4;

  /// Former centroids serve until the vectors are more than so many times as many …
  private static final int MAX_GROWTH = 2;

  /// … or lie farther from them than when they were trained, by this factor of squared distance.
  private static final float MAX_DRIFT = 1.2f;

  private final VectorMatrix vectors;
  private final IvfSettings settings;
  private final SplittableRandom random;

  private Partitioner(VectorMatrix vectors, IvfSettings settings) {
    this.vectors = vectors;
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
  }

  /// Divides vectors into partitions.
  ///
  /// @param former the largest merged segment's partitions, whose centroids are used again where
  ///     they still fit
  static Partitioning partition(
      VectorMatrix vectors, IvfSettings settings, @Nullable Partitions former) {
    Partitioner partitioner = new Partitioner(vectors, settings);
    if (former != null && vectors.rows() <= (long) MAX_GROWTH * former.trainedRows()) {
      Partitioning reassigned = partitioner.reassign(former);
      if (distortion(vectors, reassigned) <= MAX_DRIFT * former.trainedDistortion()) {
        return reassigned;
      }
    }
    return partitioner.train();
  }

  /// All vectors in one partition, or in none when there are none.
  static Partitioning flat(VectorMatrix vectors) {
    int[] partitionOf = new int[vectors.rows()];
    int partitions = Math.min(1, vectors.rows());
    VectorMatrix zeros =
        NativeMatrix.copyOf(new float[partitions * vectors.dimension()], vectors.dimension());
    return new Partitioning(means(vectors, partitionOf, zeros), partitionOf, 0, 0);
  }

  private Partitioning reassign(Partitions former) {
    return finish(former.centroids().matrix(), former.trainedRows(), former.trainedDistortion());
  }

  private Partitioning train() {
    int rows = vectors.rows();
    int k =
        Math.max(
            1,
            Math.min(rows / MIN_ROWS_PER_PARTITION, (int) (PARTITIONS_PER_ROOT * Math.sqrt(rows))));
    long deadlineNanos = System.nanoTime() + settings.trainingTime().toNanos();
    VectorMatrix sample = NativeMatrix.select(vectors, sample(k * SAMPLE_PER_PARTITION));
    int[] all = IntStream.range(0, sample.rows()).toArray();
    float[] centroids =
        KMeans.trainHierarchy(sample, all, k, random, deadlineNanos, settings.workers());
    Partitioning trained = finish(NativeMatrix.copyOf(centroids, vectors.dimension()), rows, 0);
    return new Partitioning(
        trained.centroids(), trained.partitionOf(), rows, distortion(vectors, trained));
  }

  /// Distinct rows, ascending.
  private int[] sample(int size) {
    int rows = vectors.rows();
    int[] drawn = new int[Math.min(size, rows)];
    int needed = drawn.length;
    for (int row = 0; needed > 0; row++) {
      // Selection sampling (Knuth, TAOCP 2, algorithm 3.4.2 S).
      if (random.nextInt(rows - row) < needed) {
        drawn[drawn.length - needed--] = row;
      }
    }
    return drawn;
  }

  private Partitioning finish(VectorMatrix centroids, int trainedRows, float trainedDistortion) {
    NearestCentroid nearest = NearestCentroid.of(centroids, settings.seed(), settings.workers());
    int[] partitionOf = nearest.ofAll(vectors, settings.workers());
    VectorMatrix ordered = split(nearest.centroids(), partitionOf);
    ordered = dropEmpty(ordered, partitionOf);
    return new Partitioning(
        means(vectors, partitionOf, ordered), partitionOf, trainedRows, trainedDistortion);
  }

  /// Splits each oversized partition by k-means of its own; the parts get numbers at the end.
  private VectorMatrix split(VectorMatrix centroids, int[] partitionOf) {
    int dimension = centroids.dimension();
    int mean = Math.max(1, vectors.rows() / centroids.rows());
    int[] starts = new int[centroids.rows() + 1];
    int[] order = Grouping.order(partitionOf, starts);
    float[] parts = new float[0];
    for (int partition = 0; partition < centroids.rows(); partition++) {
      int size = starts[partition + 1] - starts[partition];
      if (size > MAX_OVERSIZE * mean) {
        int[] members = Arrays.copyOfRange(order, starts[partition], starts[partition + 1]);
        float[] split =
            KMeans.train(vectors, members, size / mean, random, Long.MAX_VALUE, settings.workers());
        int firstPart = centroids.rows() + parts.length / dimension;
        NearestCentroid nearest = NearestCentroid.flat(NativeMatrix.copyOf(split, dimension));
        float[] vector = new float[dimension];
        for (int row : members) {
          vectors.copyRow(row, vector);
          partitionOf[row] = firstPart + nearest.of(vector);
        }
        int filled = parts.length;
        parts = Arrays.copyOf(parts, filled + split.length);
        System.arraycopy(split, 0, parts, filled, split.length);
      }
    }
    return append(centroids, parts);
  }

  private static VectorMatrix append(VectorMatrix centroids, float[] more) {
    int dimension = centroids.dimension();
    int count = centroids.rows() * dimension;
    float[] all = new float[count + more.length];
    for (int i = 0; i < count; i++) {
      all[i] = centroids.at(i / dimension, i % dimension);
    }
    System.arraycopy(more, 0, all, count, more.length);
    return NativeMatrix.copyOf(all, dimension);
  }

  /// Numbers the partitions that have vectors anew, in order.
  private static VectorMatrix dropEmpty(VectorMatrix centroids, int[] partitionOf) {
    int[] number = new int[centroids.rows()];
    Arrays.fill(number, -1);
    for (int partition : partitionOf) {
      number[partition] = 0;
    }
    int[] kept = IntStream.range(0, number.length).filter(p -> number[p] == 0).toArray();
    for (int i = 0; i < kept.length; i++) {
      number[kept[i]] = i;
    }
    Arrays.setAll(partitionOf, row -> number[partitionOf[row]]);
    return NativeMatrix.select(centroids, kept);
  }

  /// The mean of each partition, none of them empty.
  private static VectorMatrix means(
      VectorMatrix vectors, int[] partitionOf, VectorMatrix centroids) {
    int dimension = vectors.dimension();
    double[] sums = new double[centroids.rows() * dimension];
    int[] counts = new int[centroids.rows()];
    float[] vector = new float[dimension];
    for (int row = 0; row < partitionOf.length; row++) {
      vectors.copyRow(row, vector);
      counts[partitionOf[row]]++;
      int offset = partitionOf[row] * dimension;
      for (int c = 0; c < dimension; c++) {
        sums[offset + c] += vector[c];
      }
    }
    float[] means = new float[sums.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) (sums[i] / counts[i / dimension]);
    }
    return NativeMatrix.copyOf(means, dimension);
  }

  private static float distortion(VectorMatrix vectors, Partitioning partitioning) {
    float[] vector = new float[vectors.dimension()];
    float[] centroid = new float[vectors.dimension()];
    double sum = 0;
    for (int row = 0; row < vectors.rows(); row++) {
      vectors.copyRow(row, vector);
      partitioning.centroids().copyRow(partitioning.partitionOf()[row], centroid);
      sum += squaredDistance(vector, centroid);
    }
    return (float) (sum / Math.max(1, vectors.rows()));
  }

  static double squaredDistance(float[] vector, float[] other) {
    float sum = 0;
    for (int c = 0; c < vector.length; c++) {
      float difference = vector[c] - other[c];
      sum += difference * difference;
    }
    return sum;
  }
}
