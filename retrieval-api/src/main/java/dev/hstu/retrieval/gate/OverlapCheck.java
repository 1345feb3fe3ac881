package dev.hstu.retrieval.gate;

import dev.hstu.retrieval.evaluate.RowMapping;
import org.roaringbitmap.RoaringBitmap;

/// Golden users get much of what the live generation gives them. With the same model they get
/// nearly all of it; with one trained anew clearly more than unrelated lists have in common, which
/// is `k / items` by chance.
record OverlapCheck() implements Check {

  private static final String NAME = "overlap@100";
  private static final int K = 100;

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasAnswers()) {
      return Check.withoutAnswers(NAME);
    }
    if (!evidence.hasLiveAnswers()) {
      return Check.withoutLive(NAME);
    }
    double overlap = evidence.figure(NAME, overlap(evidence));
    if (evidence.sameModel()) {
      double bound = evidence.settings().minOverlap();
      return result(overlap, overlap, bound, "gate.min-overlap", "the same model");
    }
    double corrected =
        evidence.figure(
            "overlap-beyond-chance@100", beyondChance(overlap, evidence.manifest().items()));
    if (!evidence.sameFamily()) {
      return new CheckResult.Skipped(
          NAME,
          "the live model has other shapes or another clock; %s of the results are common"
              .formatted(Check.number(overlap)));
    }
    return result(
        corrected,
        overlap,
        evidence.settings().minRetrainedOverlap(),
        "gate.min-retrained-overlap, beyond chance",
        "another training of the model");
  }

  private static CheckResult result(
      double measured, double overlap, double bound, String key, String model) {
    return CheckResult.of(
        measured >= bound,
        NAME,
        Check.number(measured),
        Check.atLeast(bound, key),
        "with %s, a share of %s of the results @%d is common with the live generation's"
            .formatted(model, Check.number(overlap), K),
        "look whether ids, vectors and weights are of one order; compare with `hstu evaluate`");
  }

  /// 0 for unrelated lists, 1 for equal ones.
  private static double beyondChance(double overlap, int items) {
    double chance = Math.min(1, (double) K / Math.max(1, items));
    return chance == 1 ? 1 : (overlap - chance) / (1 - chance);
  }

  /// Mean share of a user's results that the live generation gives too, of those it gives at all.
  private static double overlap(Evidence evidence) {
    RowMapping toCandidate = RowMapping.between(evidence.live().ids(), evidence.candidate().ids());
    double sum = 0;
    int users = 0;
    for (int user = 0; user < evidence.answers().results().length; user++) {
      int[] live = evidence.liveAnswers().top(user, K);
      if (live.length > 0) {
        RoaringBitmap results = RoaringBitmap.bitmapOf(evidence.answers().top(user, K));
        int common = 0;
        for (int row : live) {
          int mapped = toCandidate.map(row + 1);
          common += mapped != 0 && results.contains(mapped - 1) ? 1 : 0;
        }
        sum += (double) common / live.length;
        users++;
      }
    }
    return users == 0 ? 0 : sum / users;
  }
}
