package dev.hstu.retrieval.receipts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Planted decay is noticed within 500 samples, good recall raises no alarm, and an alarm goes when
/// recall has come back.
class DecayMonitorTest {

  private static final int RUNS = 50;
  private static final double TOLERANCE = 0.01;

  @ParameterizedTest
  @CsvSource({".97,.92", ".97,.94", ".95,.90", ".99,.95", ".90,.84", "1,.96"})
  void plantedDecayIsNoticedWithin500Samples(double before, double after) {
    SplittableRandom random = new SplittableRandom(7);
    for (int run = 0; run < RUNS; run++) {
      DecayMonitor monitor = new DecayMonitor(before - TOLERANCE);
      for (int i = 0; i < 2_000; i++) {
        monitor.add(recall(random, before));
        assertThat(monitor.decayed()).as("run %d, sample %d, before the decay", run, i).isFalse();
      }
      int samples = 0;
      while (!monitor.decayed() && samples < 10_000) {
        monitor.add(recall(random, after));
        samples++;
      }
      assertThat(samples).as("run %d", run).isLessThanOrEqualTo(500);
    }
  }

  @Test
  void goodRecallRaisesNoAlarmInAHundredThousandSamples() {
    SplittableRandom random = new SplittableRandom(8);
    DecayMonitor monitor = new DecayMonitor(0.95);
    for (int i = 0; i < 100_000; i++) {
      // At the floor itself, where the claim only just holds.
      monitor.add(recall(random, 0.95));
      assertThat(monitor.decayed()).as("sample %d", i).isFalse();
    }
  }

  @Test
  void anAlarmGoesWhenRecallHasComeBack() {
    SplittableRandom random = new SplittableRandom(9);
    DecayMonitor monitor = new DecayMonitor(0.96);
    for (int i = 0; i < 5_000; i++) {
      monitor.add(recall(random, 0.8));
    }
    assertThat(monitor.decayed()).isTrue();

    int samples = 0;
    while (monitor.decayed() && samples < 10_000) {
      monitor.add(recall(random, 0.99));
      samples++;
    }

    assertThat(samples).isLessThan(1_500);
  }

  @Test
  void withoutABuildsMeasurementTheFirstSamplesAreTheBaseline() {
    SplittableRandom random = new SplittableRandom(10);
    GenerationRecall recall =
        new GenerationRecall("20260101T000000Z-1a2b3c4d", OptionalDouble.empty(), TOLERANCE);
    for (int i = 0; i < GenerationRecall.FIRST_SAMPLES; i++) {
      assertThat(recall.report().baseline()).isEmpty();
      recall.add(new Receipt("g", Selectivity.UNFILTERED, recall(random, 0.97)));
    }
    assertThat(recall.report().baseline().orElseThrow()).isBetween(0.95, 0.99);
    assertThat(recall.report().measuredByBuild()).isFalse();

    for (int i = 0; i < GenerationRecall.RECENT; i++) {
      recall.add(new Receipt("g", Selectivity.TENTH, recall(random, 0.9)));
    }

    assertThat(recall.decayed()).isTrue();
    RecallReport.OfGeneration report = recall.report();
    assertThat(report.bySelectivity()).containsOnlyKeys("unfiltered", "10%-100%");
    assertThat(report.overall()).isNotNull();
    assertThat(report.overall().samples()).isEqualTo(600);
    assertThat(report.recent()).isNotNull();
    assertThat(report.recent().samples()).isEqualTo(500);
    assertThat(report.recent().mean()).isLessThan(report.overall().mean());
  }

  /// Of 100 items, each found with a chance that differs from query to query.
  private static double recall(SplittableRandom random, double mean) {
    double spread = Math.min(1 - mean, 0.05);
    double chance = mean + spread * (2 * random.nextDouble() - 1);
    int found = 0;
    for (int i = 0; i < 100; i++) {
      found += random.nextDouble() < chance ? 1 : 0;
    }
    return found / 100.0;
  }
}
