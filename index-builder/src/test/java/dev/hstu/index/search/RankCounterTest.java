package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.index.search.CodedScanTest.Shape;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Counts are those of sorting all scores, by float32 and by codes, for catalogues that codes hold
/// well and for those they hold worst, ties included.
final class RankCounterTest {

  @ParameterizedTest
  @EnumSource(Shape.class)
  void countsAreThoseOfAllScores(Shape shape) {
    SplittableRandom random = new SplittableRandom(shape.ordinal());
    for (int dimension : new int[] {1, 7, 64}) {
      for (int rows : new int[] {1, 17, 300, 6_001}) {
        float[] values = new float[rows * dimension];
        for (int row = 0; row < rows; row++) {
          System.arraycopy(shape.row(random, dimension), 0, values, row * dimension, dimension);
        }
        VectorMatrix matrix = VectorMatrix.copyOf(values, dimension);
        for (int queries : new int[] {1, 3, 70}) {
          check(random, shape, matrix, queries);
        }
      }
    }
  }

  private static void check(
      SplittableRandom random, Shape shape, VectorMatrix matrix, int queryCount) {
    float[][] queries = new float[queryCount][];
    int[] asked = new int[queryCount];
    int[] expected = new int[queryCount];
    ExactScan plain = new ExactScan(matrix);
    float[] scores = new float[matrix.rows()];
    for (int q = 0; q < queryCount; q++) {
      queries[q] = shape.row(random, matrix.dimension());
      asked[q] = random.nextInt(matrix.rows());
      plain.scoreAll(queries[q], scores);
      for (int row = 0; row < scores.length; row++) {
        float score = scores[asked[q]];
        expected[q] += scores[row] > score || (scores[row] == score && row < asked[q]) ? 1 : 0;
      }
    }
    List<ExactScan> scans =
        List.of(
            plain,
            ExactScan.withCodes(matrix, ScanKernel.AUTO.sweep()),
            ExactScan.withCodes(matrix, ScanKernel.VECTOR.sweep()));
    for (ExactScan scan : scans) {
      RankCounter counter = scan.rankCounter();
      assertThat(counter.countBetter(queries, asked)).containsExactly(expected);
      // Scratch memory used again gives the same.
      assertThat(counter.countBetter(queries, asked)).containsExactly(expected);
    }
  }

  @Test
  void oneRowAQuery() {
    RankCounter counter = new ExactScan(VectorMatrix.copyOf(new float[] {1, 0}, 2)).rankCounter();
    assertThat(counter.countBetter(new float[0][], new int[0])).isEmpty();
    assertThatThrownBy(() -> counter.countBetter(new float[1][2], new int[0]))
        .hasMessageContaining("1 queries ask about 0 rows");
  }
}
