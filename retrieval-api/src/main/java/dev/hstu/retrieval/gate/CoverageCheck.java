package dev.hstu.retrieval.gate;

import org.roaringbitmap.RoaringBitmap;

/// Golden users together see a good part of the catalogue: distinct items in all results @100 over
/// the most that could be. A model that shows everybody the same sees next to nothing of it.
record CoverageCheck() implements Check {

  private static final String NAME = "coverage@100";
  private static final int K = 100;

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasAnswers()) {
      return Check.withoutAnswers(NAME);
    }
    double coverage =
        evidence.figure(NAME, coverage(evidence.answers(), evidence.manifest().items()));
    double bound = evidence.settings().minCoverage();
    String key = "gate.min-coverage";
    String liveSentence = "";
    if (evidence.hasLiveAnswers()) {
      double live =
          evidence.figure(
              "live." + NAME, coverage(evidence.liveAnswers(), evidence.live().ids().size()));
      double relative = live * evidence.settings().minCoverageOfLive();
      key = relative > bound ? "gate.min-coverage-of-live" : key;
      bound = Math.max(bound, relative);
      liveSentence = ", and with the live generation " + Check.number(live);
    }
    return CheckResult.of(
        coverage >= bound,
        NAME,
        Check.number(coverage),
        Check.atLeast(bound, key),
        "among their top %d golden users see a share of %s of the items they could see%s"
            .formatted(K, Check.number(coverage), liveSentence),
        "look whether all users get the same: the histories may be lost, or the training diverged");
  }

  private static double coverage(GoldenAnswers answers, int items) {
    RoaringBitmap seen = new RoaringBitmap();
    long shown = 0;
    for (int user = 0; user < answers.results().length; user++) {
      int[] top = answers.top(user, K);
      seen.add(top);
      shown += top.length;
    }
    long most = Math.min(shown, items);
    return most == 0 ? 0 : (double) seen.getCardinality() / most;
  }
}
