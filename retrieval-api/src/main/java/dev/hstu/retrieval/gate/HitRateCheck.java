package dev.hstu.retrieval.gate;

import dev.hstu.retrieval.evaluate.RankingMetrics;

/// Golden users find what they were about to choose about as often as through the live generation.
///
/// @param k 100 or 500
record HitRateCheck(int k) implements Check {

  /// How many standard errors a difference may be chance.
  static final double STANDARD_ERRORS = 2;

  @Override
  public CheckResult judge(Evidence evidence) {
    String name = "hit-rate@" + k;
    if (!evidence.hasAnswers()) {
      return Check.withoutAnswers(name);
    }
    RankingMetrics.Summary metrics = evidence.answers().index().metrics();
    double hitRate = evidence.figure(name, metrics.hitRateAt(k));
    if (!evidence.hasLiveAnswers()) {
      return Check.withoutLive(name);
    }
    RankingMetrics.Summary liveMetrics = evidence.liveAnswers().index().metrics();
    double live = evidence.figure("live." + name, liveMetrics.hitRateAt(k));
    double chance = chance(metrics, liveMetrics, k);
    double bound = live * (1 - evidence.settings().maxHitRateDrop()) - chance;
    return CheckResult.of(
        hitRate >= bound,
        name,
        Check.number(hitRate),
        Check.atLeast(bound, "gate.max-hit-rate-drop"),
        "HR@%d of %d golden users is %s, the live generation's %s, and chance moves it by %s"
            .formatted(
                k,
                metrics.users(),
                Check.number(hitRate),
                Check.number(live),
                Check.number(chance)),
        "compare with `hstu evaluate`; look at the training, the data and the order of the items");
  }

  /// What chance alone may do to the difference of two rates.
  static double chance(RankingMetrics.Summary one, RankingMetrics.Summary other, int k) {
    return STANDARD_ERRORS * Math.hypot(one.standardErrorAt(k), other.standardErrorAt(k));
  }
}
