package dev.hstu.benchmarks.size;

import dev.hstu.benchmarks.size.SizeRun.Bounded;
import dev.hstu.retrieval.cli.Table;
import java.util.List;
import java.util.Locale;

/// What all sizes cost.
///
/// @param sizes in the order measured
public record SizeReport(List<Size> sizes) {

  /// One size.
  ///
  /// @param searches in the order measured, the roomiest first
  public record Size(Bounded<SizeBuild> build, List<Bounded<SizeSearch>> searches) {}

  /// Builds.
  public Table builds() {
    Table table =
        new Table(
            "items",
            "ram",
            "peak MiB",
            "shards",
            "seconds",
            "items/s",
            "B/item codes",
            "B/item disk");
    for (Size size : sizes) {
      SizeBuild told = size.build.told();
      table.row(
          count(told.items()),
          size.build.ram(),
          mebibytes(size.build.peakBytes()),
          Integer.toString(told.shards()),
          decimal(told.seconds()),
          count(Math.round(told.items() / told.seconds())),
          decimal((double) told.indexBytes() / told.items()),
          decimal((double) told.diskBytes() / told.items()));
    }
    return table;
  }

  /// Searches.
  public Table searches() {
    Table table =
        new Table(
            "items",
            "ram",
            "peak MiB",
            "heap MiB",
            "k",
            "p50 µs",
            "p99 µs",
            "first µs",
            "visited",
            "recall");
    for (Size size : sizes) {
      for (Bounded<SizeSearch> search : size.searches) {
        SizeSearch told = search.told();
        table.row(
            count(told.items()),
            search.ram(),
            mebibytes(search.peakBytes()),
            mebibytes(told.heapBytes()),
            Integer.toString(told.k()),
            count(Math.round(told.p50Micros())),
            count(Math.round(told.p99Micros())),
            count(Math.round(told.firstMicros())),
            count(Math.round(told.visitedPerQuery())),
            told.recall() < 0 ? "" : String.format(Locale.ROOT, "%.4f", told.recall()));
      }
    }
    return table;
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }

  private static String mebibytes(long bytes) {
    return bytes < 0 ? "" : count(bytes >> 20);
  }
}
