package dev.hstu.benchmarks.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Recall is the share of the true best k among what was found.
final class GroundTruthTest {

  @TempDir private Path folder;

  @Test
  void countsByHand() {
    GroundTruth truth = new GroundTruth(new int[][] {{4, 2, 9}, {1, 0, 3}}, 10);

    assertThat(truth.recall(0, 2, 2, new int[] {2, 4, 1, 0})).isEqualTo(1);
    assertThat(truth.recall(0, 2, 2, new int[] {9, 4, 3, 3})).isEqualTo(0.25);
    assertThat(truth.recall(1, 1, 3, new int[] {3, 1, 7})).isEqualTo(2.0 / 3);
  }

  @Test
  void aRowCountsOnceAndNothingFoundCountsNot() {
    GroundTruth truth = new GroundTruth(new int[][] {{4, 2}}, 10);

    assertThat(truth.recall(0, 1, 2, new int[] {4, 4})).isEqualTo(0.5);
    assertThat(truth.recall(0, 1, 2, new int[] {-1, 2})).isEqualTo(0.5);
  }

  @Test
  void isScannedForOnceAndThenRead() throws IOException {
    VectorMatrix base = VectorMatrix.copyOf(new float[] {1, 0, 0, 1, .6f, .8f}, 2);
    float[][] queries = {{0, 1}, {1, 0}};
    Path file = folder.resolve("truth.ibin");

    GroundTruth.readOrScan(file, base, queries, 2, done -> {});

    assertThat(NeighbourFile.read(file)).isDeepEqualTo(new int[][] {{1, 2}, {0, 2}});
    NeighbourFile.write(file, new int[][] {{0, 1}, {1, 2}});
    GroundTruth again = GroundTruth.readOrScan(file, base, queries, 2, done -> {});
    assertThat(again.recall(0, 1, 1, new int[] {0})).isEqualTo(1);
  }

  @Test
  void aFileForOtherDataIsRefused() throws IOException {
    Path file = folder.resolve("truth.ibin");
    NeighbourFile.write(file, new int[][] {{0, 11}});

    assertThatThrownBy(() -> GroundTruth.read(file, 2, 2, 20)).hasMessageContaining("of 1 queries");
    assertThatThrownBy(() -> GroundTruth.read(file, 1, 3, 20)).hasMessageContaining("best 2");
    assertThatThrownBy(() -> GroundTruth.read(file, 1, 2, 10)).hasMessageContaining("row 11 of 10");
  }
}
