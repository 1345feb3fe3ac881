package dev.hstu.retrieval.receipts;

/// How many of the items a query's filter lets through, in decades: an index finds its way through
/// a narrow filter by other means than through a wide one.
public enum Selectivity {
  UNFILTERED("unfiltered", 0),
  TENTH("10%-100%", 0.1),
  HUNDREDTH("1%-10%", 0.01),
  THOUSANDTH("0.1%-1%", 0.001),
  NARROWER("0%-0.1%", 0);

  private final String label;
  private final double least;

  Selectivity(String label, double least) {
    this.label = label;
    this.least = least;
  }

  /// In reports and metrics.
  public String label() {
    return label;
  }

  /// The decade of a share of the items.
  static Selectivity of(boolean filtered, double share) {
    if (!filtered) {
      return UNFILTERED;
    }
    for (Selectivity decade : values()) {
      if (decade != UNFILTERED && share >= decade.least) {
        return decade;
      }
    }
    return NARROWER;
  }
}
