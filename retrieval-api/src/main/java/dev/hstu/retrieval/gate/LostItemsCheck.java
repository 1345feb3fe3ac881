package dev.hstu.retrieval.gate;

import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;

/// The items that are served now are still there, but for a day's churn.
record LostItemsCheck() implements Check {

  private static final String NAME = "lost-items";

  @Override
  public CheckResult judge(Evidence evidence) {
    evidence.figure("items", evidence.manifest().items());
    if (!evidence.hasLive()) {
      return Check.withoutLive(NAME);
    }
    IdTable live = evidence.live().ids();
    evidence.figure("live.items", live.size());
    int step = RowStride.of(live.size(), evidence.settings().maxCheckedItems());
    int checked = 0;
    int lost = 0;
    for (long row = 0; row < live.size(); row += step) {
      checked++;
      lost += isKept(live, (int) row, evidence.candidate().ids()) ? 0 : 1;
    }
    double share = evidence.figure("lost-item-share", checked == 0 ? 0 : (double) lost / checked);
    double bound = evidence.settings().maxLostItems();
    return CheckResult.of(
        share <= bound,
        NAME,
        Check.number(share),
        Check.atMost(bound, "gate.max-lost-items"),
        "%d of %d live items looked at are gone; %d items were live and %d would be"
            .formatted(lost, checked, live.size(), evidence.candidate().ids().size()),
        "look for an export that was cut or mapped wrongly; raise the bound where it is meant");
  }

  private static boolean isKept(IdTable live, int row, IdTable candidate) {
    int found =
        live.type() == IdType.INT64
            ? candidate.rowOf(live.longAt(row))
            : candidate.rowOf(live.idAt(row));
    return found != IdTable.NOT_FOUND;
  }
}
