package dev.hstu.index.tune;

import dev.hstu.index.search.SearchDefaults;

/// One way of searching one index, measured.
///
/// @param search how hard it was searched
/// @param recall mean over the queries
/// @param recallError standard error of that mean
/// @param p50Micros median time of one search on one thread, microseconds
/// @param p99Micros the time within which 99 of 100 searches ended
public record SearchPoint(
    SearchDefaults search, double recall, double recallError, double p50Micros, double p99Micros) {

  /// Standard errors between the mean measured and the recall promised. The promise is kept on
  /// queries not measured here, whose own mean strays as much again.
  static final double CAUTION = 3;

  /// Whether fresh queries will find this recall, too.
  boolean promises(double wanted) {
    return recall - CAUTION * recallError >= wanted;
  }
}
