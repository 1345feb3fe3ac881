package dev.hstu.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The reader of queries finds the metrics and refuses what Prometheus would.
class PromQueryTest {

  @Test
  void namesTheMetricsAndNothingElse() {
    assertThat(
            PromQuery.metrics(
                """
                histogram_quantile(0.99, sum by (le, stage) (rate(a_bucket{stage!="total",i=~".+"}[5m])))
                / ignoring (use) group_left sum(b) > 2 * -3 unless on (instance) (c or d_total)"""))
        .containsExactlyInAnyOrder("a_bucket", "b", "c", "d_total");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sum(",
        "sum by (rate(a[5m]))",
        "a b",
        "a{x=y}",
        "a{x\"y\"}",
        "rate(a[5])",
        "rat(a[5m])",
        "(a",
        "a)",
        "a >",
        "> a",
        "a{x=\"y}",
        "a; b"
      })
  void refusesWhatIsNoQuery(String text) {
    assertThatThrownBy(() -> PromQuery.metrics(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
