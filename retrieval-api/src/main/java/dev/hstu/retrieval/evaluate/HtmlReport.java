package dev.hstu.retrieval.evaluate;

import dev.hstu.retrieval.report.BarChart;
import dev.hstu.retrieval.report.HtmlPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// An [EvaluationReport] as one page.
public final class HtmlReport {

  private HtmlReport() {}

  /// The whole page.
  public static String render(EvaluationReport report) {
    HtmlPage page =
        new HtmlPage(
            "Evaluation",
            report.generation() == null
                ? "Evaluation of model " + abbreviate(report.model())
                : "Evaluation of generation " + report.generation());
    page.facts(facts(report));
    for (SeenFilter filter : SeenFilter.values()) {
      List<EvaluationReport.Ranking> rankings =
          report.rankings().stream().filter(r -> r.seen().equals(filter.label())).toList();
      if (!rankings.isEmpty()) {
        page.section("Hit rate by K, " + filter.label()).chart(chart(rankings));
      }
    }
    appendMetric(
        page,
        "Hit rate",
        report.rankings(),
        RankingMetrics.Summary::hitRateAt,
        "± at 10",
        metrics -> metrics.standardErrorAt(10));
    appendMetric(
        page,
        "NDCG",
        report.rankings(),
        RankingMetrics.Summary::ndcgAt,
        "MRR",
        RankingMetrics.Summary::mrr);
    report.rankings().forEach(ranking -> appendRecall(page, ranking));
    appendSteps(page, report.steps());
    return page.render();
  }

  private static void appendRecall(HtmlPage page, EvaluationReport.Ranking ranking) {
    Map<Integer, Double> recall = ranking.recall();
    if (recall == null) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    recall.forEach((k, value) -> rows.add(List.of(Integer.toString(k), number(value))));
    page.section("Recall against the exact ranking: " + title(ranking))
        .table(List.of("K", "recall"), rows);
  }

  private static void appendSteps(HtmlPage page, EvaluationReport.@Nullable Steps steps) {
    if (steps == null) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    steps
        .quality()
        .forEach(
            (step, quality) ->
                rows.add(
                    List.of(step.label(), number(quality.hitRate()), number(quality.recall()))));
    page.section(
            "Answers under load, %,d users, exclude=all: newest %d events, beam %d or recall %s, grace %d s"
                .formatted(
                    steps.users(),
                    steps.parameters().historyEvents(),
                    steps.parameters().searchBeam(),
                    steps.parameters().searchRecall(),
                    steps.parameters().graceSeconds()))
        .table(List.of("step", "HR@100", "recall@100 of the full answer"), rows);
  }

  private static Map<String, String> facts(EvaluationReport report) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Protocol", report.protocol());
    facts.put(
        "Users",
        "%,d (%,d more have too few events)".formatted(report.cases(), report.usersWithoutCase()));
    facts.put("Catalogue", "%,d items, all ranked".formatted(report.catalogueItems()));
    facts.put(
        "Targets the model lacks",
        "%,d, each counted as a miss".formatted(report.unknownTargets()));
    facts.put("Engine", report.engine());
    facts.put("Model fingerprint", report.model());
    facts.put("Data fingerprint", report.dataFingerprint());
    if (report.caution() != null) {
      facts.put("Caution", report.caution());
    }
    facts.put("Wall time", String.format(Locale.ROOT, "%.1f s", report.seconds()));
    return facts;
  }

  /// One row a ranking: the metric at every cutoff, and one figure more.
  private static void appendMetric(
      HtmlPage page,
      String name,
      List<EvaluationReport.Ranking> rankings,
      ToDoubleBiFunction<RankingMetrics.Summary, Integer> metric,
      String lastName,
      ToDoubleFunction<RankingMetrics.Summary> last) {
    List<String> header = new ArrayList<>(List.of("ranking"));
    Arrays.stream(RankingMetrics.CUTOFFS).forEach(cutoff -> header.add("@" + cutoff));
    header.add(lastName);
    List<List<String>> rows = new ArrayList<>();
    for (EvaluationReport.Ranking ranking : rankings) {
      List<String> row = new ArrayList<>(List.of(title(ranking)));
      for (int cutoff : RankingMetrics.CUTOFFS) {
        row.add(number(metric.applyAsDouble(ranking.metrics(), cutoff)));
      }
      row.add(number(last.applyAsDouble(ranking.metrics())));
      rows.add(row);
    }
    page.section(name).table(header, rows);
  }

  private static BarChart chart(List<EvaluationReport.Ranking> rankings) {
    List<String> groups =
        Arrays.stream(RankingMetrics.CUTOFFS).mapToObj(cutoff -> "K = " + cutoff).toList();
    List<List<Double>> values =
        rankings.stream()
            .map(
                ranking ->
                    Arrays.stream(RankingMetrics.CUTOFFS)
                        .mapToObj(ranking.metrics()::hitRateAt)
                        .toList())
            .toList();
    return new BarChart(
        "Hit rate by K",
        groups,
        rankings.stream().map(EvaluationReport.Ranking::name).toList(),
        values);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String title(EvaluationReport.Ranking ranking) {
    return ranking.name() + ", " + ranking.seen();
  }

  private static String abbreviate(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }
}
