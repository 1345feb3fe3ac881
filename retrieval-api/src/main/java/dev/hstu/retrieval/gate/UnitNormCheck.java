package dev.hstu.retrieval.gate;

/// Every vector has length 1: search ranks by inner products, and a longer vector would come first
/// whatever the user. Vectors without direction are [ZeroVectorCheck]'s.
record UnitNormCheck() implements Check {

  private static final String NAME = "unit-norms";

  @Override
  public CheckResult judge(Evidence evidence) {
    VectorSurvey survey = evidence.survey();
    double share = evidence.figure("not-unit-share", survey.notUnitShare());
    return CheckResult.of(
        survey.notUnit() == 0,
        NAME,
        Check.number(share),
        "none",
        "%d of %d item vectors looked at are not of length 1"
            .formatted(survey.notUnit(), survey.checked()),
        "normalise the vectors: embed with `hstu embed` and build anew");
  }
}
