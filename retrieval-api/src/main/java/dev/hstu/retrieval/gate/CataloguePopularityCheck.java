package dev.hstu.retrieval.gate;

import dev.hstu.kernels.tables.IdTable;

/// The items' popularity is about yesterday's: Pearson's correlation of `ln(1 + interactions)` over
/// the items of both generations. Counts of other items, or of other rows, don't correlate.
record CataloguePopularityCheck() implements Check {

  private static final String NAME = "catalogue-popularity";

  /// Of fewer common items a correlation says little.
  private static final int MIN_ITEMS = 100;

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasLive()) {
      return Check.withoutLive(NAME);
    }
    Moments moments = new Moments();
    IdTable liveIds = evidence.live().ids();
    long[] live = evidence.live().generation().popularity();
    long[] candidate = evidence.candidate().generation().popularity();
    int step = RowStride.of(liveIds.size(), evidence.settings().maxCheckedItems());
    for (long row = 0; row < liveIds.size(); row += step) {
      int other = evidence.candidate().ids().rowOf(liveIds.idAt((int) row));
      if (other != IdTable.NOT_FOUND) {
        moments.add(Math.log1p(live[(int) row]), Math.log1p(candidate[other]));
      }
    }
    if (moments.count < MIN_ITEMS || moments.isConstant()) {
      return new CheckResult.Skipped(
          NAME, "too few common items, or all equally popular in one of the generations");
    }
    double correlation = evidence.figure("catalogue-popularity-correlation", moments.correlation());
    double bound = evidence.settings().minPopularityCorrelation();
    return CheckResult.of(
        correlation >= bound,
        NAME,
        Check.number(correlation),
        Check.atLeast(bound, "gate.min-popularity-correlation"),
        "popularity of %d common items correlates by %s with the live generation's"
            .formatted(moments.count, Check.number(correlation)),
        "look whether columns of the interactions were swapped or another log was imported");
  }

  /// Sums of two variables.
  private static final class Moments {
    private int count;
    private double x;
    private double y;
    private double xx;
    private double yy;
    private double xy;

    void add(double first, double second) {
      count++;
      x += first;
      y += second;
      xx += first * first;
      yy += second * second;
      xy += first * second;
    }

    boolean isConstant() {
      return varianceX() <= 0 || varianceY() <= 0;
    }

    double correlation() {
      return (xy - x * y / count) / Math.sqrt(varianceX() * varianceY());
    }

    private double varianceX() {
      return xx - x * x / count;
    }

    private double varianceY() {
      return yy - y * y / count;
    }
  }
}
