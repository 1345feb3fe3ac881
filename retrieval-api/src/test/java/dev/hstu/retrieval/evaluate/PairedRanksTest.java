package dev.hstu.retrieval.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Differences say what there is: two equally good models raise the alarm in 5 % of the runs, and a
/// difference of the size that is said to be detectable is found in four of five.
final class PairedRanksTest {

  private static final int RUNS = 1_000;

  @Test
  void figuresComputedByHand() {
    // Four users: rank 1 to 20, 20 to 1, not found to 5, the same.
    PairedRanks ranks =
        new PairedRanks("exact", "exclude=all", new int[] {1, 20, 0, 3}, new int[] {20, 1, 5, 3});

    Difference hits = find(ranks, "HR@10");
    assertThat(hits.a()).isEqualTo(.5);
    assertThat(hits.b()).isEqualTo(.75);
    assertThat(hits.onlyA()).isEqualTo(1);
    assertThat(hits.onlyB()).isEqualTo(2);
    // n = 3, fewer = 1: 2 · (1 + 3/2) / 8.
    assertThat(hits.p()).isCloseTo(.625, within(1e-12));
    assertThat(hits.outcome()).isEqualTo(Difference.Outcome.NOT_SIGNIFICANT);
    assertThat(hits.inWords()).contains("not significant", "would have shown four times in five");
    assertThat(hits.detectable()).isOne();
    Difference mrr = find(ranks, "MRR");
    assertThat(mrr.a()).isCloseTo((1 + .05 + 0 + 1.0 / 3) / 4, within(1e-12));
    assertThat(mrr.difference()).isCloseTo(.05, within(1e-12));
    Difference gain = find(ranks, "NDCG@10");
    double third = Math.log(2) / Math.log(4);
    double fifth = Math.log(2) / Math.log(6);
    assertThat(gain.a()).isCloseTo((1 + third) / 4, within(1e-12));
    assertThat(gain.b()).isCloseTo((1 + fifth + third) / 4, within(1e-12));
  }

  @Test
  void theSameRanksAreTheSame() {
    PairedRanks same = new PairedRanks("exact", "", new int[] {1, 0, 7}, new int[] {1, 0, 7});
    assertThat(find(same, "HR@10").outcome()).isEqualTo(Difference.Outcome.SAME);
    assertThat(find(same, "MRR").inWords()).contains("the same for every user");
    assertThatThrownBy(() -> new PairedRanks("exact", "", new int[1], new int[2]))
        .hasMessageContaining("A ranks 1 users and B 2");
  }

  /// Two models of the same quality that differ by chance, most users having the same rank by both:
  /// for every metric, the share of 1,000 runs that call it a difference by its own p-value.
  @ParameterizedTest
  @CsvSource({"500, 0.3", "1500, 0.8"})
  void equallyGoodModelsRaiseTheAlarmInFivePercent(int users, double ties) {
    SplittableRandom random = new SplittableRandom(users);
    int[] alarms = new int[RankedMetric.COMPARED.size()];
    int decided = 0;
    for (int run = 0; run < RUNS; run++) {
      PairedRanks ranks = drawn(random, users, ties, 0);
      List<Difference> differences = ranks.differences(RankedMetric.parse("HR@100"), 400, run);
      for (int m = 0; m < alarms.length; m++) {
        alarms[m] += differences.get(m).p() < Difference.LEVEL ? 1 : 0;
        boolean decisive = differences.get(m).adjusted() == null;
        boolean raised = differences.get(m).outcome() != Difference.Outcome.NOT_SIGNIFICANT;
        decided += decisive && raised ? 1 : 0;
      }
    }
    assertThat((double) decided / RUNS).as("decisions").isBetween(.035, .065);
    for (int m = 0; m < alarms.length; m++) {
      assertThat((double) alarms[m] / RUNS)
          .as(RankedMetric.COMPARED.get(m).label())
          .isBetween(.035, .065);
    }
  }

  @Test
  void anyFalseAlarmAmongTheCorrectedHasFivePercent() {
    SplittableRandom random = new SplittableRandom(3);
    int runsWithAlarm = 0;
    for (int run = 0; run < RUNS; run++) {
      boolean any =
          drawn(random, 500, .3, 0).differences(RankedMetric.parse("HR@100"), 400, run).stream()
              .anyMatch(d -> d.adjusted() != null && d.adjusted() < Difference.LEVEL);
      runsWithAlarm += any ? 1 : 0;
    }
    assertThat((double) runsWithAlarm / RUNS).isLessThan(.065);
  }

  @Test
  void aDifferenceOfTheDetectableSizeIsFoundInFourOfFive() {
    SplittableRandom random = new SplittableRandom(11);
    int found = 0;
    double size = 0;
    double said = 0;
    int runs = 400;
    for (int run = 0; run < runs; run++) {
      Difference hits = find(drawn(random, 1_000, .3, .32), "HR@100");
      found += hits.outcome() == Difference.Outcome.B_BETTER ? 1 : 0;
      size += hits.difference() / runs;
      said += hits.detectable() / runs;
    }
    // The effect planted is of about the size that the runs call detectable.
    assertThat(size / said).isBetween(.9, 1.1);
    assertThat((double) found / runs).isBetween(.72, .88);
  }

  private static Difference find(PairedRanks ranks, String metric) {
    return ranks.differences(RankedMetric.parse("HR@100"), 200, 42).stream()
        .filter(difference -> difference.metric().equals(metric))
        .findFirst()
        .orElseThrow();
  }

  /// Users are easy or hard (their ranks lie around a level of their own, from 1 to some
  /// thousands); a share of them has one rank by both models.
  ///
  /// @param gain by which B's ranks are lower, on a logarithmic scale
  private static PairedRanks drawn(SplittableRandom random, int users, double ties, double gain) {
    int[] a = new int[users];
    int[] b = new int[users];
    for (int u = 0; u < users; u++) {
      double level = random.nextDouble() * 8;
      a[u] = rank(random, level);
      b[u] = random.nextDouble() < ties ? a[u] : rank(random, level - gain);
    }
    return new PairedRanks("exact", "exclude=all", a, b);
  }

  private static int rank(SplittableRandom random, double level) {
    double rank = Math.exp(level + random.nextGaussian());
    return rank > 5_000 ? 0 : (int) Math.max(1, rank);
  }
}
