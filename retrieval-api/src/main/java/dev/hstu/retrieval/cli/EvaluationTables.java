package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.evaluate.EvaluationReport;
import dev.hstu.retrieval.evaluate.RankingMetrics;
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
    if (report.caution() != null) {
      console.print("caution: " + report.caution());
    }
    if (report.unknownTargets() > 0) {
      console.print(
          "%,d targets are unknown to the model and count as misses"
              .formatted(report.unknownTargets()));
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
