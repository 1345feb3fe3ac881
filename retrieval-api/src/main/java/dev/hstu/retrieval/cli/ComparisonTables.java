package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.evaluate.Comparison;
import dev.hstu.retrieval.evaluate.Difference;
import java.util.Locale;

/// A comparison as a table on the terminal.
final class ComparisonTables {

  private ComparisonTables() {}

  static void print(Console console, Comparison comparison) {
    console.print("A: " + comparison.nameA());
    console.print("B: " + comparison.nameB());
    console.print(
        String.format(
            Locale.ROOT,
            "%,d users by both; %s; intervals 95 %% from %,d bootstrap samples, seed %d",
            comparison.users(),
            comparison.a().protocol(),
            comparison.bootstrapSamples(),
            comparison.seed()));
    Table table =
        new Table(
            "metric",
            "ranking",
            "seen items",
            "A",
            "B",
            "B - A",
            "95 % interval",
            "p",
            "corrected",
            "detectable",
            "outcome");
    for (Difference difference : comparison.differences()) {
      Double adjusted = difference.adjusted();
      table.row(
          difference.metric(),
          difference.ranking(),
          difference.seen(),
          number(difference.a()),
          number(difference.b()),
          signed(difference.difference()),
          "%s to %s"
              .formatted(signed(difference.interval().low()), signed(difference.interval().high())),
          chance(difference.p()),
          adjusted == null ? "decides" : chance(adjusted),
          number(difference.detectable()),
          difference.outcome().words());
    }
    console.print(table);
    comparison.cautions().forEach(caution -> console.print("caution: " + caution));
    console.print(comparison.decision());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.4f", value);
  }

  private static String chance(double p) {
    return String.format(Locale.ROOT, "%.3g", p);
  }
}
