package dev.hstu.retrieval.gate;

/// Each item's vector is the one that the generation's own model has for that id. This tells ids
/// and vectors that went out of step, and another model's vectors under the right fingerprint.
record ModelVectorCheck() implements Check {

  private static final String NAME = "model-vectors";

  @Override
  public CheckResult judge(Evidence evidence) {
    VectorSurvey survey = evidence.survey();
    double share = evidence.figure("foreign-vector-share", survey.foreignShare());
    double bound = evidence.settings().maxForeignVectors();
    return CheckResult.of(
        share <= bound,
        NAME,
        Check.number(share),
        Check.atMost(bound, "gate.max-foreign-vectors"),
        "%d of %d items have another vector than the model gives their id"
            .formatted(survey.foreign(), survey.known()),
        "embed with this very model and keep ids and vectors in one order; then build anew");
  }
}
