package dev.hstu.retrieval.gate;

import dev.hstu.kernels.tables.IdTable;

/// 64-bit ids were not cut to 32 bits on the way: ids that the live generation or the golden users
/// have are missing, while their lower halves are there.
record IdWidthCheck() implements Check {

  private static final String NAME = "id-width";

  /// A wide id whose half happens to be another item's id is no sign of a cut; most of them are.
  private static final double CUT_SHARE = 0.5;

  @Override
  public CheckResult judge(Evidence evidence) {
    Count count = new Count();
    if (evidence.hasLive()) {
      count.add(evidence.live().ids(), evidence);
    }
    if (evidence.hasGolden()) {
      count.add(evidence.golden().items(), evidence);
    }
    double share = count.wideMissing == 0 ? 0 : (double) count.cut / count.wideMissing;
    return CheckResult.of(
        share < CUT_SHARE,
        NAME,
        Check.number(share),
        "below " + Check.number(CUT_SHARE),
        "%d known ids beyond 32 bits are missing, and the lower halves of %d of them are there"
            .formatted(count.wideMissing, count.cut),
        "find the step that reads ids as 32-bit integers and declare them as int64 or text");
  }

  private static final class Count {
    private int wideMissing;
    private int cut;

    void add(IdTable known, Evidence evidence) {
      IdTable ids = evidence.candidate().ids();
      int step = RowStride.of(known.size(), evidence.settings().maxCheckedItems());
      for (long row = 0; row < known.size(); row += step) {
        String text = known.idAt((int) row);
        if (ids.rowOf(text) == IdTable.NOT_FOUND && IdTable.isCanonicalInt64(text)) {
          addMissing(Long.parseLong(text), ids);
        }
      }
    }

    private void addMissing(long id, IdTable ids) {
      int half = (int) id;
      if (half != id) {
        wideMissing++;
        boolean signed = ids.rowOf((long) half) != IdTable.NOT_FOUND;
        cut += signed || ids.rowOf(Integer.toUnsignedLong(half)) != IdTable.NOT_FOUND ? 1 : 0;
      }
    }
  }
}
