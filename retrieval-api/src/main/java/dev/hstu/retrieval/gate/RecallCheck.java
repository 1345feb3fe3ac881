package dev.hstu.retrieval.gate;

/// The index finds what an exact ranking of the same vectors finds. An index of other vectors, as a
/// file of yesterday, does not.
///
/// @param k 100 or 500
record RecallCheck(int k) implements Check {

  @Override
  public CheckResult judge(Evidence evidence) {
    String name = "recall@" + k;
    if (!evidence.hasAnswers()) {
      return Check.withoutAnswers(name);
    }
    double recall = evidence.figure(name, evidence.answers().recallAt(k));
    double bound = evidence.settings().minRecall();
    return CheckResult.of(
        recall >= bound,
        name,
        Check.number(recall),
        Check.atLeast(bound, "gate.min-recall"),
        "the index returns a share of %s of the exact top %d (%s)"
            .formatted(Check.number(recall), k, evidence.answers().index().pathsInWords()),
        "build the index anew from these vectors, or with more connections or probes");
  }
}
