package dev.hstu.retrieval.gate;

import dev.hstu.index.census.CensusReport;

/// Every item can be found: none that no search comes to through the index, none whose id leads to
/// another row.
record CensusCheck() implements Check {

  private static final String NAME = "census";

  @Override
  public CheckResult judge(Evidence evidence) {
    CensusReport census = evidence.census();
    int lost = census.unreachable().length + census.misplaced();
    double share =
        evidence.figure(
            "unreachable-item-share", census.items() == 0 ? 0 : (double) lost / census.items());
    double bound = evidence.settings().maxUnreachableItems();
    return CheckResult.of(
        share <= bound,
        NAME,
        Check.number(share),
        Check.atMost(bound, "gate.max-unreachable-items"),
        census.describe(),
        "build the index anew with more connections, or with partitions");
  }
}
