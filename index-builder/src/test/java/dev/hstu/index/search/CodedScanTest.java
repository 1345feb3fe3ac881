package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.kernels.cpu.Int8Sweep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A scan by int8 codes finds what the scan of the float32 vectors finds, to the bit: for vectors
/// like those of a catalogue, and for those that codes hold worst.
final class CodedScanTest {

  private static final ScanKernel[] KERNELS = {ScanKernel.AUTO, ScanKernel.VECTOR};

  /// How the values of a row or query are drawn.
  enum Shape {
    NORMAL,
    /// Products and ties are exact.
    SMALL_INTEGERS,
    /// One row in a hundred is a thousand times as long, so its block's step is as coarse.
    OUTLIERS,
    /// Far from 0, with differences below a step: codes alone can't tell rows apart.
    NEARLY_EQUAL,
    TINY,
    HUGE,
    ZERO;

    float[] row(SplittableRandom random, int dimension) {
      double length = this == OUTLIERS && random.nextInt(100) == 0 ? 1_000 : 1;
      DoubleSupplier value =
          switch (this) {
            case NORMAL, OUTLIERS -> () -> length * random.nextGaussian();
            case SMALL_INTEGERS -> () -> random.nextInt(-2, 3);
            case NEARLY_EQUAL -> () -> 1 + 1e-4 * random.nextGaussian();
            case TINY -> () -> 1e-36 * random.nextGaussian();
            case HUGE -> () -> 1e15 * random.nextGaussian();
            case ZERO -> () -> 0;
          };
      float[] row = new float[dimension];
      for (int c = 0; c < dimension; c++) {
        row[c] = (float) value.getAsDouble();
      }
      return row;
    }
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void findsWhatTheFloatScanFinds(Shape shape) {
    SplittableRandom random = new SplittableRandom(shape.ordinal());
    for (ScanKernel kernel : KERNELS) {
      for (int dimension : new int[] {1, 7, 64}) {
        for (int rows : new int[] {0, 1, 17, 300, 6_001}) {
          check(random, shape, kernel.sweep(), rows, dimension);
        }
      }
    }
  }

  private static void check(
      SplittableRandom random, Shape shape, Int8Sweep sweep, int rows, int dimension) {
    float[] values = new float[rows * dimension];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(shape.row(random, dimension), 0, values, row * dimension, dimension);
    }
    VectorMatrix matrix = VectorMatrix.copyOf(values, dimension);
    ExactScan plain = new ExactScan(matrix);
    ExactScan coded = ExactScan.withCodes(matrix, sweep);
    for (int count : new int[] {1, 9}) {
      float[][] queries = new float[count][];
      List<ItemFilter> filters = new ArrayList<>();
      for (int q = 0; q < count; q++) {
        queries[q] = Shape.values()[random.nextInt(2)].row(random, dimension);
        filters.add(RandomFilters.next(random, Math.max(1, rows)));
      }
      int k = 1 + random.nextInt(200);
      requireEqual(plain, coded, queries, k, filters);
    }
  }

  private static void requireEqual(
      ExactScan plain, ExactScan coded, float[][] queries, int k, List<ItemFilter> filters) {
    List<Candidates> batch = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      batch.add(new Candidates(1));
    }
    coded.searchBatch(queries, k, filters, SearchOptions.EXACT, batch);
    Candidates expected = new Candidates(1);
    Candidates alone = new Candidates(1);
    for (int q = 0; q < queries.length; q++) {
      plain.search(queries[q], k, filters.get(q), SearchOptions.EXACT, expected);
      coded.search(queries[q], k, filters.get(q), SearchOptions.EXACT, alone);
      assertThat(alone.rows()).isEqualTo(expected.rows());
      assertThat(alone.scores()).isEqualTo(expected.scores());
      assertThat(batch.get(q).rows()).isEqualTo(expected.rows());
      assertThat(batch.get(q).scores()).isEqualTo(expected.scores());
    }
  }

  @Test
  void aBatchBeyondOneSweepIsSweptInParts() {
    ClusteredVectors source = new ClusteredVectors(16, 20, 3);
    VectorMatrix matrix = source.matrix(3_000);
    float[][] queries = new float[70][];
    List<ItemFilter> filters = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      queries[q] = source.query();
      filters.add(ItemFilter.all());
    }
    requireEqual(new ExactScan(matrix), ExactScan.withCodes(matrix), queries, 40, filters);
  }

  /// Rows that lie in order of their score make the sample's ranks mean nothing: the guess fails
  /// for all, some or none of the queries.
  @Test
  void aGuessThatFailsIsMendedBySweepingAgain() {
    SplittableRandom random = new SplittableRandom(11);
    int rows = 1 << 17;
    float[] values = new float[2 * rows];
    for (int row = 0; row < rows; row++) {
      boolean sampled = row / 256 % 20 == 0;
      values[2 * row] = (float) (random.nextDouble() + (sampled ? 1 : 0));
      values[2 * row + 1] = (float) (random.nextDouble() + (sampled ? 0 : 1));
    }
    VectorMatrix matrix = VectorMatrix.copyOf(values, 2);
    float[][] queries = {{1, 0}, {0, 1}, {1, 1}, {-1, 0}, {0, -1}, {0, 0}};
    List<ItemFilter> filters = Collections.nCopies(queries.length, ItemFilter.all());
    requireEqual(new ExactScan(matrix), ExactScan.withCodes(matrix), queries, 9_000, filters);
    requireEqual(new ExactScan(matrix), ExactScan.withCodes(matrix), queries, 50, filters);
  }

  @Test
  void saysWhatIsSwept() {
    VectorMatrix matrix = new ClusteredVectors(8, 2, 1).matrix(20);
    assertThat(new ExactScan(matrix).description()).startsWith("float32");
    assertThat(ExactScan.withCodes(matrix, ScanKernel.VECTOR.sweep()).description())
        .startsWith("int8 codes scored again in float32, Vector API");
  }
}
