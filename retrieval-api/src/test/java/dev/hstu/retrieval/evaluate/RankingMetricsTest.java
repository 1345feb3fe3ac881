package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// The metrics equal values computed by hand from HSTU.md's definitions.
final class RankingMetricsTest {

  private static final double EXACT = 1e-15;

  @Test
  void threeUsersComputedByHand() {
    RankingMetrics metrics = new RankingMetrics();
    metrics.add(1);
    metrics.add(3);
    metrics.add(51);
    metrics.addMiss();

    RankingMetrics.Summary summary = metrics.summary();

    assertThat(summary.users()).isEqualTo(4);
    assertThat(summary.hitRate())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(1, 0.25, 10, 0.5, 50, 0.5, 100, 0.75, 200, 0.75, 500, 0.75));
    assertThat(summary.ndcgAt(1)).isCloseTo(1.0 / 4, within(EXACT));
    assertThat(summary.ndcgAt(10)).isCloseTo((1 + 0.5) / 4, within(EXACT));
    assertThat(summary.ndcgAt(100))
        .isCloseTo((1 + 0.5 + Math.log(2) / Math.log(52)) / 4, within(EXACT));
    assertThat(summary.mrr()).isCloseTo((1 + 1.0 / 3 + 1.0 / 51) / 4, within(EXACT));
  }

  @Test
  void theCutoffItselfIsAHit() {
    RankingMetrics metrics = new RankingMetrics();
    metrics.add(10);
    metrics.add(11);
    metrics.add(500);
    metrics.add(501);

    assertThat(metrics.summary().hitRateAt(10)).isEqualTo(0.25);
    assertThat(metrics.summary().hitRateAt(50)).isEqualTo(0.5);
    assertThat(metrics.summary().hitRateAt(500)).isEqualTo(0.75);
  }

  @Test
  void noUsersGiveZeroesAndNotNaN() {
    RankingMetrics.Summary summary = new RankingMetrics().summary();

    assertThat(summary.hitRateAt(100)).isZero();
    assertThat(summary.mrr()).isZero();
    assertThat(summary.standardErrorAt(100)).isZero();
  }

  @Test
  void standardErrorIsTheBinomialOne() {
    RankingMetrics metrics = new RankingMetrics();
    for (int user = 0; user < 100; user++) {
      metrics.add(user < 20 ? 1 : 1000);
    }

    assertThat(metrics.summary().standardErrorAt(10)).isCloseTo(0.04, within(EXACT));
  }

  @Test
  void ranksBelowOneAndUnmeasuredCutoffsAreRefused() {
    assertThatThrownBy(() -> new RankingMetrics().add(0)).hasMessageContaining("rank=0");
    assertThatThrownBy(() -> new RankingMetrics().summary().hitRateAt(7))
        .hasMessageContaining("cutoff=7");
  }
}
