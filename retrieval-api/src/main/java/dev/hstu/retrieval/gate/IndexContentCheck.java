package dev.hstu.retrieval.gate;

import dev.hstu.index.search.IndexedVectors;

/// The index's own files hold the vectors of this generation and rank them by inner products. One
/// of yesterday has as many rows and opens as well, and finds what was near yesterday.
record IndexContentCheck() implements Check {

  private static final String NAME = "index-content";
  private static final String MEND = "build the index anew from these vectors";

  @Override
  public CheckResult judge(Evidence evidence) {
    IndexedVectors content = evidence.indexedVectors();
    if (!content.similarity()) {
      return new CheckResult.Blocked(
          NAME,
          "another metric",
          "inner products",
          "a segment of the index ranks by another similarity than inner products",
          MEND);
    }
    double share = content.checked() == 0 ? 0 : (double) content.differing() / content.checked();
    evidence.figure("stale-index-share", share);
    return CheckResult.of(
        content.differing() == 0,
        NAME,
        Check.number(share),
        "none",
        "%d of %d vectors in the index differ from the item vectors of their rows"
            .formatted(content.differing(), content.checked()),
        MEND);
  }
}
