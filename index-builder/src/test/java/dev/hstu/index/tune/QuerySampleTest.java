package dev.hstu.index.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuerySampleTest {

  private static final int ROWS = 200;
  private static final int K = 10;

  private final ClusteredVectors world = new ClusteredVectors(8, 20, 3);
  private final VectorMatrix vectors = world.matrix(ROWS);
  private final ExactScan exact = new ExactScan(vectors);

  @Test
  void theExactScanFindsEverything() {
    QuerySample sample = QuerySample.of(exact, queries(70), K);

    QuerySample.Recall recall = sample.recall(exact, SearchOptions.EXACT);

    assertThat(recall.mean()).isEqualTo(1);
    assertThat(recall.standardError()).isZero();
  }

  @Test
  void whatIsNotReturnedIsMissed() {
    QuerySample sample = QuerySample.of(exact, queries(70), K);

    // Looks at every other row only, so it finds about half.
    QuerySample.Recall recall = sample.recall(new EvenRows(exact), SearchOptions.EXACT);

    double sum = 0;
    Candidates all = new Candidates(K);
    for (float[] query : asked) {
      exact.search(query, K, ItemFilter.all(), SearchOptions.EXACT, all);
      int even = 0;
      for (int i = 0; i < K; i++) {
        even += all.row(i) % 2 == 0 ? 1 : 0;
      }
      sum += even / (double) K;
    }
    assertThat(recall.mean()).isEqualTo(sum / asked.size());
    assertThat(recall.standardError()).isPositive();
  }

  @Test
  void fewerItemsThanKAreAllOfThem() {
    VectorMatrix few = world.matrix(3);
    ExactScan scan = new ExactScan(few);

    assertThat(QuerySample.of(scan, queries(2), K).recall(scan, SearchOptions.EXACT).mean())
        .isEqualTo(1);
  }

  @Test
  void thePercentilesAreOrdered() {
    QuerySample.Latency latency =
        QuerySample.of(exact, queries(40), K).latency(exact, SearchOptions.EXACT);

    assertThat(latency.p50Micros()).isPositive();
    assertThat(latency.p99Micros()).isGreaterThanOrEqualTo(latency.p50Micros());
  }

  private List<float[]> asked = List.of();

  private List<float[]> queries(int count) {
    asked = java.util.stream.IntStream.range(0, count).mapToObj(i -> world.query()).toList();
    return asked;
  }

  private record EvenRows(ItemIndex all) implements ItemIndex {
    @Override
    public int size() {
      return all.size();
    }

    @Override
    public int dimension() {
      return all.dimension();
    }

    @Override
    public void search(
        float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
      all.search(query, k, row -> row % 2 == 0, options, target);
    }
  }
}
