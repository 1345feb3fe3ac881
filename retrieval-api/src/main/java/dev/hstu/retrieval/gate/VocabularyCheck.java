package dev.hstu.retrieval.gate;

/// The catalogue's items are those of the model's vocabulary, but for a few that came since.
record VocabularyCheck() implements Check {

  private static final String NAME = "vocabulary";

  @Override
  public CheckResult judge(Evidence evidence) {
    VectorSurvey survey = evidence.survey();
    double share = evidence.figure("unknown-to-model-share", survey.unknownShare());
    double bound = 1 - evidence.settings().minKnownItems();
    return CheckResult.of(
        share <= bound,
        NAME,
        Check.number(share),
        Check.atMost(bound, "1 - gate.min-known-items"),
        "%d of %d items are not in the model's vocabulary"
            .formatted(survey.checked() - survey.known(), survey.checked()),
        "build from the vectors of this model and the data it was trained on");
  }
}
