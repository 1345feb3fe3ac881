package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.evaluate.Comparison;
import dev.hstu.retrieval.evaluate.RankedMetric;
import dev.hstu.retrieval.evaluate.paired.PairedBootstrap;
import picocli.CommandLine.Option;

/// How `--compare` judges.
final class CompareOptions {

  @Option(
      names = "--metric",
      defaultValue = "hr@100",
      description = {
        "With --compare: the metric that decides, chosen before looking: hr@10, hr@50, hr@100,"
            + " hr@500,",
        "ndcg@10, ndcg@100 or mrr. The others are corrected for being many. Default:"
            + " ${DEFAULT-VALUE}."
      })
  private String metric = "hr@100";

  @Option(
      names = "--bootstrap",
      paramLabel = "SAMPLES",
      description = "With --compare: samples behind each interval, 200 to 20,000. Default: 2000.")
  private int samples = PairedBootstrap.DEFAULT_SAMPLES;

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "With --compare: seed of those samples. Default: ${DEFAULT-VALUE}.")
  private long seed = 42;

  /// @throws IllegalArgumentException when the metric is none that is compared
  Comparison.Rules rules() {
    return new Comparison.Rules(RankedMetric.parse(metric), samples, seed);
  }
}
