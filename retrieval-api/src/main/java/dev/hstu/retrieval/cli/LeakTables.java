package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.evaluate.RankingMetrics;
import dev.hstu.retrieval.evaluate.leaks.Leak;
import dev.hstu.retrieval.evaluate.leaks.LeakDetector;
import dev.hstu.retrieval.evaluate.leaks.LeakReport;
import java.util.Locale;

/// An audit as a table on the terminal.
final class LeakTables {

  private LeakTables() {}

  static void print(Console console, LeakReport report) {
    console.print(
        String.format(
            Locale.ROOT,
            "%,d cases held against %d kinds of leaks: %s",
            report.cases(),
            LeakDetector.kinds().size(),
            report.isClean() ? "none found" : report.leaks().size() + " found"));
    Table table = new Table("", "cases", "HR@10", "HR@100", "HR@500", "NDCG@10", "MRR", "over");
    row(table, "as presented", "", report.presented());
    for (Leak leak : report.leaks()) {
      row(
          table,
          "without " + leak.kind(),
          String.format(Locale.ROOT, "%,d", leak.cases()),
          leak.without());
    }
    if (!report.isClean()) {
      row(table, "without any", "", report.mended());
    }
    console.print(table);
    for (Leak leak : report.leaks()) {
      console.print(leak.kind() + ": " + leak.words());
    }
    report.notes().forEach(note -> console.print("note: " + note));
  }

  private static void row(Table table, String name, String cases, RankingMetrics.Summary metrics) {
    table.row(
        name,
        cases,
        number(metrics.hitRateAt(10)),
        number(metrics.hitRateAt(100)),
        number(metrics.hitRateAt(500)),
        number(metrics.ndcgAt(10)),
        number(metrics.mrr()),
        String.format(Locale.ROOT, "%,d", metrics.users()));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
