package dev.hstu.retrieval.gate;

/// The norms of the model's item embeddings, before they are normalised, stay where they were in
/// the live model: they run away when a training diverges.
record NormDriftCheck() implements Check {

  private static final String NAME = "norm-drift";

  @Override
  public CheckResult judge(Evidence evidence) {
    double norm = evidence.figure("embedding-norm", evidence.survey().meanEmbeddingNorm());
    if (!evidence.hasLive()) {
      return Check.withoutLive(NAME);
    }
    double live = evidence.figure("live.embedding-norm", evidence.liveSurvey().meanEmbeddingNorm());
    if (!evidence.sameFamily() || norm <= 0 || live <= 0) {
      return new CheckResult.Skipped(NAME, "the live model has other shapes or another clock");
    }
    double drift = evidence.figure("norm-drift", Math.max(norm / live, live / norm));
    double bound = evidence.settings().maxNormDrift();
    return CheckResult.of(
        drift <= bound,
        NAME,
        Check.number(drift),
        Check.atMost(bound, "gate.max-norm-drift"),
        "item embeddings have a mean norm of %s and the live model's %s"
            .formatted(Check.number(norm), Check.number(live)),
        "look at the training's loss; train from an earlier checkpoint or at a lower rate");
  }
}
