package dev.hstu.retrieval.gate;

import dev.hstu.retrieval.evaluate.RankingMetrics;

/// Golden users find at least about as much as in a list of the most popular items, which needs no
/// model at all. Also asked of a first generation.
record PopularityHitRateCheck() implements Check {

  private static final String NAME = "beats-popularity";
  private static final int K = 100;

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasAnswers()) {
      return Check.withoutAnswers(NAME);
    }
    RankingMetrics.Summary metrics = evidence.answers().index().metrics();
    RankingMetrics.Summary popular = evidence.answers().popularity();
    double hitRate = metrics.hitRateAt(K);
    double popularity = evidence.figure("popularity.hit-rate@" + K, popular.hitRateAt(K));
    evidence.figure("popularity.hit-rate@500", popular.hitRateAt(500));
    double chance = HitRateCheck.chance(metrics, popular, K);
    double bound = popularity * evidence.settings().minPopularityRatio() - chance;
    return CheckResult.of(
        hitRate >= bound,
        NAME,
        Check.number(hitRate),
        Check.atLeast(bound, "gate.min-popularity-ratio"),
        "HR@%d of %d golden users is %s, that of the most popular items %s"
            .formatted(K, metrics.users(), Check.number(hitRate), Check.number(popularity)),
        "train longer; look whether vocabulary, weights and vectors are of one order");
  }
}
