package dev.hstu.retrieval.gate;

import dev.hstu.kernels.tables.IdTable;

/// The items that golden users had to do with are in the catalogue; a service would know next to
/// nothing of its users otherwise.
record KnownItemsCheck() implements Check {

  private static final String NAME = "known-items";

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasGolden() || evidence.golden().log().events() == 0) {
      return Check.withoutAnswers(NAME);
    }
    IdTable items = evidence.golden().items();
    boolean[] known = new boolean[items.size() + 1];
    for (int row = 0; row < items.size(); row++) {
      known[row + 1] = evidence.candidate().ids().rowOf(items.idAt(row)) != IdTable.NOT_FOUND;
    }
    int[] events = evidence.golden().log().items();
    int found = 0;
    for (int item : events) {
      found += known[item] ? 1 : 0;
    }
    double share = evidence.figure("known-item-share", (double) found / events.length);
    double bound = evidence.settings().minKnownItems();
    return CheckResult.of(
        share >= bound,
        NAME,
        Check.number(share),
        Check.atLeast(bound, "gate.min-known-items"),
        "%d of %d events of golden users are of items in the catalogue"
            .formatted(found, events.length),
        "build from vectors of the items that the data has; look whether ids changed their form");
  }
}
