package dev.hstu.index.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.index.catalog.VectorMatrix;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The vector path equals the scalar reference within rounding, and itself to the bit.
final class InnerProductsTest {

  private static final int ROWS = 37;

  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 50, 63, 64, 65, 100, 127, 129, 1_024})
  void equalsTheScalarReferenceWithinRounding(int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    VectorMatrix matrix = VectorMatrix.copyOf(values(random, ROWS * dimension), dimension);
    float[] query = values(random, dimension);
    float[] products = new float[ROWS];
    InnerProducts.ofRows(query, matrix, 0, ROWS, products);

    for (int row = 0; row < ROWS; row++) {
      double magnitude = 0;
      for (int c = 0; c < dimension; c++) {
        magnitude += Math.abs((double) query[c] * matrix.at(row, c));
      }
      assertThat((double) products[row])
          .isCloseTo(
              ScalarInnerProducts.ofRow(query, matrix, row),
              within(dimension * 0x1p-23 * magnitude));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 19, 50, 64, 130})
  void hasTheSameBitsOneByOneInBlocksAndForFourQueries(int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    VectorMatrix matrix = VectorMatrix.copyOf(values(random, ROWS * dimension), dimension);
    float[][] queries = new float[4][];
    float[][] byFour = new float[4][ROWS];
    for (int q = 0; q < 4; q++) {
      queries[q] = values(random, dimension);
    }
    int first = 5;
    int count = ROWS - first;
    InnerProducts.ofRowsByFour(
        queries[0],
        queries[1],
        queries[2],
        queries[3],
        matrix,
        first,
        count,
        byFour[0],
        byFour[1],
        byFour[2],
        byFour[3]);

    for (int q = 0; q < 4; q++) {
      float[] block = new float[ROWS];
      InnerProducts.ofRows(queries[q], matrix, first, count, block);
      assertThat(byFour[q]).isEqualTo(block);
      for (int r = 0; r < count; r++) {
        assertThat(block[r]).isEqualTo(InnerProducts.ofRow(queries[q], matrix, first + r));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 15, 16, 17, 48, 50, 64, 130, 1_024})
  void hasTheSameBitsForRowsPickedAllOver(int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    VectorMatrix matrix = VectorMatrix.copyOf(values(random, ROWS * dimension), dimension);
    float[] query = values(random, dimension);
    for (int count : new int[] {0, 1, 7, 8, 9, 100}) {
      int[] picked = random.ints(count + 1, 0, ROWS).toArray();
      float[] products = new float[count];
      InnerProducts.ofPicked(query, matrix, picked, count, products);
      for (int i = 0; i < count; i++) {
        assertThat(products[i]).isEqualTo(InnerProducts.ofRow(query, matrix, picked[i]));
      }
    }
  }

  @Test
  void hasTheSameBitsInterpretedAndCompiled() {
    SplittableRandom random = new SplittableRandom(11);
    VectorMatrix matrix = VectorMatrix.copyOf(values(random, ROWS * 50), 50);
    float[] query = values(random, 50);
    float[] cold = new float[ROWS];
    InnerProducts.ofRows(query, matrix, 0, ROWS, cold);
    float[] hot = new float[ROWS];
    for (int round = 0; round < 2_000; round++) {
      InnerProducts.ofRows(query, matrix, 0, ROWS, hot);
      assertThat(hot).isEqualTo(cold);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void nextAboveNeverStepsOverAHigherScore(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      float[] scores = values(random, random.nextInt(1, 100));
      int count = random.nextInt(scores.length + 1);
      int from = random.nextInt(count + 1);
      float floor =
          random.nextInt(4) == 0 ? Float.NEGATIVE_INFINITY : (float) random.nextGaussian();
      int next = InnerProducts.nextAbove(floor, scores, from, count);

      assertThat(next).isBetween(from, count);
      for (int i = from; i < next; i++) {
        assertThat(scores[i]).isLessThanOrEqualTo(floor);
      }
    }
  }

  private static float[] values(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
