package dev.hstu.benchmarks.filter;

import java.util.List;
import java.util.Locale;

/// What filters cost, on one thread.
///
/// @param clock what times are counted by
/// @param rows the first is the search without a filter
public record FilterReport(
    int items,
    int set,
    int dimension,
    int k,
    double recall,
    int rounds,
    String clock,
    List<Row> rows) {

  /// Searches with one filter.
  ///
  /// @param filter in words
  /// @param path how most were answered
  /// @param recall against the exact scan with the same filter, on the first queries
  /// @param visits vectors compared, on average
  /// @param p50Micros over all rounds
  /// @param p99Micros over all rounds
  /// @param p50Ratio median over the rounds of p50 over that without a filter in the same round
  /// @param p99Ratio median over the rounds of p99 over that without a filter in the same round
  public record Row(
      String filter,
      String path,
      double recall,
      double visits,
      double p50Micros,
      double p99Micros,
      double p50Ratio,
      double p99Ratio) {

    /// The cells of a table.
    public String[] cells() {
      return new String[] {
        filter,
        path,
        String.format(Locale.ROOT, "%.4f", recall),
        String.format(Locale.ROOT, "%.0f", visits),
        String.format(Locale.ROOT, "%.0f", p50Micros),
        String.format(Locale.ROOT, "%.0f", p99Micros),
        String.format(Locale.ROOT, "%.2f", p50Ratio),
        String.format(Locale.ROOT, "%.2f", p99Ratio)
      };
    }
  }
}
