package dev.hstu.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.ScalarInnerProducts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The scan equals a full sort by the scalar reference. Values are small integers here, so float
/// products are exact and rows must be equal too, ties included.
final class ExactScanTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 17, 50, 64, 100})
  void equalsAFullSort(int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    Candidates found = new Candidates(1);
    for (int round = 0; round < 40; round++) {
      int rows = random.nextInt(4) == 0 ? random.nextInt(4) : random.nextInt(900);
      VectorMatrix matrix = VectorMatrix.copyOf(integers(random, rows * dimension), dimension);
      float[] query = integers(random, dimension);
      ItemFilter filter = RandomFilters.next(random, Math.max(1, rows));
      int k = 1 + random.nextInt(random.nextBoolean() ? 20 : 1_000);

      new ExactScan(matrix).search(query, k, filter, SearchOptions.EXACT, found);

      assertThat(found.rows()).isEqualTo(sorted(matrix, query, filter, k));
      for (int i = 0; i < found.size(); i++) {
        assertThat((double) found.score(i))
            .isEqualTo(ScalarInnerProducts.ofRow(query, matrix, found.row(i)));
      }
      assertThat(found.path()).isEqualTo(SearchPath.EXACT_PLANNED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5, 9})
  void aBatchEqualsItsQueriesOneByOne(int queries) {
    SplittableRandom random = new SplittableRandom(queries);
    ExactScan scan = new ExactScan(new ClusteredVectors(21, 10, 3).matrix(1_500));
    float[][] vectors = new float[queries][];
    List<ItemFilter> filters = new ArrayList<>();
    List<Candidates> targets = new ArrayList<>();
    ClusteredVectors source = new ClusteredVectors(21, 10, 3);
    for (int q = 0; q < queries; q++) {
      vectors[q] = source.query();
      filters.add(RandomFilters.next(random, 1_500));
      targets.add(new Candidates(10));
    }
    scan.searchBatch(vectors, 70, filters, SearchOptions.EXACT, targets);

    Candidates alone = new Candidates(70);
    for (int q = 0; q < queries; q++) {
      scan.search(vectors[q], 70, filters.get(q), SearchOptions.EXACT, alone);
      assertThat(targets.get(q).rows()).isEqualTo(alone.rows());
      assertThat(targets.get(q).scores()).isEqualTo(alone.scores());
    }
  }

  @Test
  void equalScoresComeInRowOrder() {
    VectorMatrix same = VectorMatrix.copyOf(new float[700 * 3], 3);
    Candidates found = new Candidates(5);

    new ExactScan(same)
        .search(new float[] {1, 2, 3}, 5, ItemFilter.excluding(1), SearchOptions.EXACT, found);

    assertThat(found.rows()).containsExactly(0, 2, 3, 4, 5);
  }

  @Test
  void scoresEveryRow() {
    VectorMatrix matrix = new ClusteredVectors(13, 4, 1).matrix(300);
    float[] query = new ClusteredVectors(13, 4, 1).query();
    ExactScan scan = new ExactScan(matrix);
    float[] scores = new float[300];
    scan.scoreAll(query, scores);

    for (int row = 0; row < 300; row++) {
      assertThat(scan.score(query, row)).isEqualTo(scores[row]);
    }
    assertThatThrownBy(() -> scan.scoreAll(query, new float[299]))
        .hasMessage("scores has room for 299 of 300 rows");
  }

  @Test
  void refusesWhatCannotBeSearched() {
    ExactScan scan = new ExactScan(new ClusteredVectors(2, 1, 1).matrix(5));

    assertThatThrownBy(() -> search(scan, new float[] {1, Float.NaN}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("query[1]=NaN must be finite and at most 1.0E16 in magnitude");
    assertThatThrownBy(() -> search(scan, new float[] {Float.NEGATIVE_INFINITY, 0}, 1))
        .hasMessageContaining("query[0]=-Infinity");
    assertThatThrownBy(() -> search(scan, new float[] {1}, 1))
        .hasMessageContaining("query has 1 values, the index 2");
    assertThatThrownBy(() -> search(scan, new float[2], 0))
        .hasMessage("k=0 must be within 1..10000");
    assertThatThrownBy(() -> search(scan, new float[2], 10_001)).hasMessageContaining("k=10001");
  }

  @Test
  void refusesABatchThatSharesATarget() {
    ExactScan scan = new ExactScan(new ClusteredVectors(2, 1, 1).matrix(5));
    Candidates shared = new Candidates(1);
    List<ItemFilter> filters = List.of(ItemFilter.all(), ItemFilter.all());

    assertThatThrownBy(
            () ->
                scan.searchBatch(
                    new float[2][2], 1, filters, SearchOptions.EXACT, List.of(shared, shared)))
        .hasMessageContaining("targets[1] is an earlier query's too");
    assertThatThrownBy(
            () ->
                scan.searchBatch(new float[2][2], 1, filters, SearchOptions.EXACT, List.of(shared)))
        .hasMessageContaining("2 queries came with 2 filters and 1 targets");
  }

  private static void search(ExactScan scan, float[] query, int k) {
    scan.search(query, k, ItemFilter.all(), SearchOptions.EXACT, new Candidates(1));
  }

  private static int[] sorted(VectorMatrix matrix, float[] query, ItemFilter filter, int k) {
    return IntStream.range(0, matrix.rows())
        .filter(filter::accepts)
        .boxed()
        .sorted(
            Comparator.comparingDouble(
                    (Integer row) -> -ScalarInnerProducts.ofRow(query, matrix, row))
                .thenComparing(Comparator.naturalOrder()))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static float[] integers(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-2, 3);
    }
    return values;
  }
}
