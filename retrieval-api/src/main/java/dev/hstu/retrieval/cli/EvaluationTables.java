package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.evaluate.EvaluationReport;
import dev.hstu.retrieval.evaluate.Interval;
import dev.hstu.retrieval.evaluate.ListQuality;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import dev.hstu.retrieval.evaluate.Slice;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// An evaluation as tables on the terminal.
final class EvaluationTables {

  private EvaluationTables() {}

  static void print(Console console, EvaluationReport report) {
    console.print(
        "%s: %,d users, %,d items; %s; engine %s; %.1f s"
            .formatted(
                report.generation() == null
                    ? "model " + report.model().substring(0, 12)
                    : "generation " + report.generation(),
                report.cases(),
                report.catalogueItems(),
                report.protocol(),
                report.engine(),
                report.seconds()));
    Table table =
        new Table(
            "ranking",
            "seen items",
            "HR@1",
            "HR@10",
            "HR@50",
            "HR@100",
            "HR@200",
            "HR@500",
            "NDCG@10",
            "NDCG@100",
            "MRR",
            "recall@100",
            "recall@500");
    for (EvaluationReport.Ranking ranking : report.rankings()) {
      RankingMetrics.Summary metrics = ranking.metrics();
      Map<Integer, Double> recall = ranking.recall();
      table.row(
          ranking.name(),
          ranking.seen(),
          number(metrics.hitRateAt(1)),
          number(metrics.hitRateAt(10)),
          number(metrics.hitRateAt(50)),
          number(metrics.hitRateAt(100)),
          number(metrics.hitRateAt(200)),
          number(metrics.hitRateAt(500)),
          number(metrics.ndcgAt(10)),
          number(metrics.ndcgAt(100)),
          number(metrics.mrr()),
          recall == null ? "" : number(recall.get(100)),
          recall == null ? "" : number(recall.get(500)));
    }
    console.print(table);
    report.rankings().stream()
        .filter(ranking -> ranking.paths() != null)
        .forEach(
            ranking ->
                console.print(
                    "%s, %s: %s; a target beyond rank %d counts 0 in its MRR"
                        .formatted(
                            ranking.name(),
                            ranking.seen(),
                            ranking.pathsInWords(),
                            RankingMetrics.DEEPEST)));
    EvaluationReport.Steps steps = report.steps();
    if (steps != null) {
      printSteps(console, steps);
    }
    if (report.caution() != null) {
      console.print("caution: " + report.caution());
    }
    if (report.unknownTargets() > 0) {
      console.print(
          "%,d targets are unknown to the model and count as misses"
              .formatted(report.unknownTargets()));
    }
  }

  /// Whom the means hide, and what the lists are like.
  static void printParts(Console console, EvaluationReport report) {
    printSlices(console, report);
    printLists(console, report);
  }

  /// The parts as the ranking nearest to a service's sees them; `--json` has the others too.
  private static void printSlices(Console console, EvaluationReport report) {
    List<Slice> slices = report.servedSlices();
    if (slices.isEmpty()) {
      return;
    }
    console.print("");
    console.print(
        "by part, %s, %s; ± is half of the 95 %% interval of HR@100"
            .formatted(slices.getFirst().ranking(), slices.getFirst().seen()));
    Table table =
        new Table("by", "part", "users", "HR@10", "HR@100", "±", "HR@500", "NDCG@10", "MRR");
    for (Slice slice : slices) {
      RankingMetrics.Summary metrics = slice.metrics();
      Interval interval = metrics.hitRateInterval().getOrDefault(100, new Interval(0, 1));
      table.row(
          slice.by(),
          slice.part(),
          String.format(Locale.ROOT, "%,d", metrics.users()),
          number(metrics.hitRateAt(10)),
          number(metrics.hitRateAt(100)),
          number((interval.high() - interval.low()) / 2),
          number(metrics.hitRateAt(500)),
          number(metrics.ndcgAt(10)),
          number(metrics.mrr()));
    }
    console.print(table);
  }

  private static void printLists(Console console, EvaluationReport report) {
    if (report.lists().isEmpty()) {
      return;
    }
    console.print("");
    Table table =
        new Table(
            "lists of",
            "seen items",
            "first",
            "users",
            "coverage",
            "Gini",
            "events an item",
            "of targets",
            "head share",
            "of targets",
            "similarity");
    for (ListQuality list : report.lists()) {
      table.row(
          list.ranking(),
          list.seen(),
          Integer.toString(list.k()),
          String.format(Locale.ROOT, "%,d", list.users()),
          number(list.coverage()),
          number(list.gini()),
          String.format(Locale.ROOT, "%.1f", list.popularity()),
          String.format(Locale.ROOT, "%.1f", list.targetPopularity()),
          number(list.headShare()),
          number(list.targetHeadShare()),
          number(list.similarity()));
    }
    console.print(table);
  }

  private static void printSteps(Console console, EvaluationReport.Steps steps) {
    Table table = new Table("answers under load", "HR@100", "recall@100");
    steps
        .quality()
        .forEach(
            (step, quality) ->
                table.row(step.label(), number(quality.hitRate()), number(quality.recall())));
    console.print(table);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
