package dev.hstu.retrieval.gate;

import java.util.Arrays;

/// The results are about as popular as the live generation's: mean rank of popularity of what
/// golden users get @100, 0 for the least popular item and 1 for the most.
record ResultPopularityCheck() implements Check {

  private static final String NAME = "result-popularity";
  private static final int K = 100;

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasAnswers()) {
      return Check.withoutAnswers(NAME);
    }
    double mean =
        evidence.figure(
            NAME, meanRank(evidence.answers(), evidence.candidate().generation().popularity()));
    if (!evidence.hasLiveAnswers()) {
      return Check.withoutLive(NAME);
    }
    double live =
        evidence.figure(
            "live." + NAME,
            meanRank(evidence.liveAnswers(), evidence.live().generation().popularity()));
    double shift = evidence.figure("popularity-shift", Math.abs(mean - live));
    double bound = evidence.settings().maxPopularityShift();
    return CheckResult.of(
        shift <= bound,
        NAME,
        Check.number(shift),
        Check.atMost(bound, "gate.max-popularity-shift"),
        "results @%d have a mean rank of popularity of %s, the live generation's %s"
            .formatted(K, Check.number(mean), Check.number(live)),
        "look at the model's training for a change of its negatives, and at the items' order");
  }

  private static double meanRank(GoldenAnswers answers, long[] popularity) {
    long[] sorted = popularity.clone();
    Arrays.sort(sorted);
    double sum = 0;
    long count = 0;
    for (int user = 0; user < answers.results().length; user++) {
      for (int row : answers.top(user, K)) {
        sum += share(sorted, popularity[row]);
        count++;
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  /// The share of the items that are less popular, equals counted half.
  private static double share(long[] sorted, long value) {
    return (first(sorted, value) + first(sorted, value + 1)) / 2.0 / sorted.length;
  }

  /// How many are below `value`.
  private static int first(long[] sorted, long value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
