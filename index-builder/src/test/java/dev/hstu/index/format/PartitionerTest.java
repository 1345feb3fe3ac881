package dev.hstu.index.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ClusteredVectors;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Partitions cover all vectors, are of bounded size, and come out the same each time.
final class PartitionerTest {

  private static final int DIMENSION = 16;

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 200, 5_000, 20_000})
  void everyPartitionHasVectorsAndNoneIsHuge(int rows) {
    VectorMatrix vectors = matrix(rows);
    Partitioning partitioning = Partitioner.partition(vectors, IvfSettings.DEFAULT, null);

    int[] sizes = new int[partitioning.partitions()];
    for (int partition : partitioning.partitionOf()) {
      sizes[partition]++;
    }
    int mean = rows / sizes.length;
    assertThat(IntStream.of(sizes).min().orElseThrow()).isPositive();
    assertThat(IntStream.of(sizes).max().orElseThrow()).isLessThanOrEqualTo(8 * Math.max(1, mean));
    assertThat(partitioning.trainedRows()).isEqualTo(rows);
  }

  @Test
  void isTheSameEachTime() {
    VectorMatrix vectors = matrix(6_000);
    Partitioning first = Partitioner.partition(vectors, IvfSettings.DEFAULT, null);
    Partitioning second = Partitioner.partition(vectors, IvfSettings.DEFAULT, null);

    assertThat(second.partitionOf()).isEqualTo(first.partitionOf());
    assertThat(second.trainedDistortion()).isEqualTo(first.trainedDistortion());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void isTheSameOnAnyNumberOfThreads(int workers) {
    VectorMatrix vectors = matrix(70_000);
    Partitioning alone = Partitioner.partition(vectors, IvfSettings.DEFAULT, null);
    Partitioning together =
        Partitioner.partition(vectors, IvfSettings.DEFAULT.withWorkers(workers), null);

    assertThat(together.partitionOf()).isEqualTo(alone.partitionOf());
    assertThat(together.trainedDistortion()).isEqualTo(alone.trainedDistortion());
    float[] spreads = FieldSections.of(vectors, alone, 1).spreads();
    assertThat(FieldSections.of(vectors, together, workers).spreads()).isEqualTo(spreads);
    ProbeTable table = Calibration.measure(vectors, alone, spreads, IvfSettings.DEFAULT);
    assertThat(
            Calibration.measure(
                    vectors, together, spreads, IvfSettings.DEFAULT.withWorkers(workers))
                .toString())
        .isEqualTo(table.toString());
  }

  @Test
  void aFailureOfAnyRangeIsThrown() {
    for (int workers : new int[] {1, 4}) {
      assertThatThrownBy(
              () ->
                  ParallelRanges.run(
                      1_000,
                      10,
                      workers,
                      (from, to) -> {
                        if (from == 500) {
                          throw new IllegalStateException("range " + from);
                        }
                      }))
          .hasMessage("range 500");
    }
    ParallelRanges.run(0, 10, 4, (from, to) -> assertThat(from).isNegative());
  }

  @Test
  void equalVectorsMakeOnePartition() {
    float[] values = new float[1_000 * 4];
    Arrays.fill(values, .5f);
    Partitioning partitioning =
        Partitioner.partition(NativeMatrix.copyOf(values, 4), IvfSettings.DEFAULT, null);

    assertThat(partitioning.partitions()).isEqualTo(1);
  }

  @Test
  void noVectorsMakeNoPartition() {
    assertThat(Partitioner.flat(NativeMatrix.copyOf(new float[0], 3)).partitions()).isZero();
  }

  @Test
  void twoLevelsNearlyAlwaysFindTheNearestCentroid() {
    VectorMatrix centroids = matrix(3 * NearestCentroid.FLAT_CENTROIDS);
    NearestCentroid twoLevels = NearestCentroid.of(centroids, 1, 1);
    NearestCentroid flat = NearestCentroid.flat(twoLevels.centroids());
    int[] fast = twoLevels.ofAll(matrix(2_000), 1);
    int[] all = flat.ofAll(matrix(2_000), 1);

    assertThat(IntStream.range(0, all.length).filter(i -> all[i] == fast[i]).count())
        .isGreaterThan(1_900);
  }

  @Test
  void flatFindsTheLeastDistance() {
    VectorMatrix centroids = matrix(37);
    VectorMatrix vectors = matrix(100);
    int[] nearest = NearestCentroid.flat(centroids).ofAll(vectors, 2);
    float[] vector = new float[DIMENSION];
    float[] centroid = new float[DIMENSION];
    for (int row = 0; row < nearest.length; row++) {
      vectors.copyRow(row, vector);
      centroids.copyRow(nearest[row], centroid);
      double found = Partitioner.squaredDistance(vector, centroid);
      for (int other = 0; other < centroids.rows(); other++) {
        centroids.copyRow(other, centroid);
        assertThat(found).isLessThanOrEqualTo(Partitioner.squaredDistance(vector, centroid) + 1e-5);
      }
    }
  }

  @Test
  void trainingStopsAtItsDeadline() {
    VectorMatrix vectors = matrix(3_000);
    int[] rows = IntStream.range(0, 3_000).toArray();
    long past = System.nanoTime() - 1;
    float[] centroids = KMeans.trainHierarchy(vectors, rows, 300, new SplittableRandom(1), past, 1);

    assertThat(centroids.length / DIMENSION).isBetween(250, 350);
  }

  private static VectorMatrix matrix(int rows) {
    return NativeMatrix.copyOf(new ClusteredVectors(DIMENSION, 60, 3).values(rows), DIMENSION);
  }
}
