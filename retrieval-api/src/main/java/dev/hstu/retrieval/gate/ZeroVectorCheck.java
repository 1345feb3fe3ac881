package dev.hstu.retrieval.gate;

/// No vector is zero: such an item has the same score for everybody and can't be found.
record ZeroVectorCheck() implements Check {

  private static final String NAME = "zero-vectors";

  @Override
  public CheckResult judge(Evidence evidence) {
    VectorSurvey survey = evidence.survey();
    double share = evidence.figure("zero-vector-share", survey.zeroShare());
    return CheckResult.of(
        survey.zero() == 0,
        NAME,
        Check.number(share),
        "none",
        "%d of %d item vectors looked at are zero".formatted(survey.zero(), survey.checked()),
        "look for items that training never saw or an export that lost rows; embed and build anew");
  }
}
