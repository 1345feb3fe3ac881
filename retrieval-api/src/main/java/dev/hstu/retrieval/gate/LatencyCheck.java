package dev.hstu.retrieval.gate;

import java.util.Locale;

/// Searches are fast enough on the machine that judges; the figure is for comparing with the live
/// generation beside it, not with other machines.
record LatencyCheck() implements Check {

  private static final String NAME = "p99";

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasAnswers()) {
      return Check.withoutAnswers(NAME);
    }
    double millis = evidence.figure("p99-millis", evidence.answers().p99Millis());
    String live = "";
    if (evidence.hasLiveAnswers()) {
      double liveMillis = evidence.figure("live.p99-millis", evidence.liveAnswers().p99Millis());
      live = String.format(Locale.ROOT, ", with the live generation %.3f ms", liveMillis);
    }
    int bound = evidence.settings().maxP99Millis();
    return CheckResult.of(
        millis <= bound,
        NAME,
        String.format(Locale.ROOT, "%.3f ms", millis),
        "at most %d ms (gate.max-p99-millis)".formatted(bound),
        String.format(
            Locale.ROOT,
            "99 of 100 searches for 500 items, one thread, take at most %.3f ms here%s",
            millis,
            live),
        "choose a faster index with `hstu build`, or raise the bound for a slow machine");
  }
}
