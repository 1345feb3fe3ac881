package dev.hstu.retrieval.gate;

import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// The items that stay keep their texts and labels, column by column; where nearly all change, two
/// columns were swapped or rows went out of step.
record AttributeCheck() implements Check {

  private static final String NAME = "attributes";

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasLive()) {
      return Check.withoutLive(NAME);
    }
    SortedMap<String, Double> changed = changedShares(evidence);
    if (changed.isEmpty()) {
      return new CheckResult.Skipped(NAME, "the generations share no column of texts or labels");
    }
    String worst = changed.firstKey();
    for (String column : changed.keySet()) {
      if (changed.get(column) > changed.get(worst)) {
        worst = column;
      }
    }
    double share = evidence.figure("changed-attribute-share", changed.get(worst));
    double bound = evidence.settings().maxChangedAttributes();
    return CheckResult.of(
        share <= bound,
        NAME,
        Check.number(share),
        Check.atMost(bound, "gate.max-changed-attributes"),
        "column '%s' changed for a share of %s of the items that stay, more than any other"
            .formatted(worst, Check.number(share)),
        "look whether columns of the catalogue were swapped or its rows moved; import anew");
  }

  private static SortedMap<String, Double> changedShares(Evidence evidence) {
    SortedMap<String, Double> shares = new TreeMap<>();
    AttributeTable live = evidence.live().generation().attributes();
    AttributeTable candidate = evidence.candidate().generation().attributes();
    for (AttributeColumn column : live.columns()) {
      if (column.kind() != AttributeKind.NUMBER && candidate.columns().contains(column)) {
        shares.put(column.name(), changedShare(column, live, candidate, evidence));
      }
    }
    return shares;
  }

  private static double changedShare(
      AttributeColumn column, AttributeTable live, AttributeTable candidate, Evidence evidence) {
    IdTable liveIds = evidence.live().ids();
    IdTable ids = evidence.candidate().ids();
    int step = RowStride.of(liveIds.size(), evidence.settings().maxCheckedItems());
    int kept = 0;
    int changed = 0;
    for (long row = 0; row < liveIds.size(); row += step) {
      int other = ids.rowOf(liveIds.idAt((int) row));
      if (other != IdTable.NOT_FOUND) {
        kept++;
        changed += isChanged(column, live, (int) row, candidate, other) ? 1 : 0;
      }
    }
    return kept == 0 ? 0 : (double) changed / kept;
  }

  private static boolean isChanged(
      AttributeColumn column, AttributeTable live, int row, AttributeTable candidate, int other) {
    String name = column.name();
    return switch (column.kind()) {
      case TEXT -> !Objects.equals(live.text(name, row), candidate.text(name, other));
      case LABELS -> !live.labels(name, row).equals(candidate.labels(name, other));
      case NUMBER -> false;
    };
  }
}
