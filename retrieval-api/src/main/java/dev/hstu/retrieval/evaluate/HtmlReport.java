package dev.hstu.retrieval.evaluate;

import dev.hstu.retrieval.report.HtmlPage;
import dev.hstu.retrieval.report.IntervalChart;
import dev.hstu.retrieval.report.XyChart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// An evaluation or a comparison as one page.
public final class HtmlReport {

  private HtmlReport() {}

  /// The page of an evaluation.
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
        page.section("Hit rate by K, " + filter.label())
            .chart(curves(rankings.stream().map(r -> curve(r.name(), r.metrics())).toList()));
      }
    }
    appendMetric(
        page,
        "Hit rate",
        report.rankings(),
        RankingMetrics.Summary::hitRateAt,
        "± at 10",
        metrics -> metrics.standardErrorAt(10));
    appendIntervals(page, report.rankings());
    appendMetric(
        page,
        "NDCG",
        report.rankings(),
        RankingMetrics.Summary::ndcgAt,
        "MRR",
        RankingMetrics.Summary::mrr);
    report.rankings().forEach(ranking -> appendRecall(page, ranking));
    appendSlices(page, report.servedSlices());
    appendLists(page, report.lists());
    appendSteps(page, report.steps());
    appendTraining(page, report.training());
    page.section("Settings").facts(report.settings());
    return page.render();
  }

  /// The page of a comparison.
  public static String render(Comparison comparison) {
    EvaluationReport a = comparison.a();
    EvaluationReport b = comparison.b();
    HtmlPage page = new HtmlPage("Comparison", "Is B better than A?");
    page.paragraph(comparison.decision());
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("A", comparison.nameA());
    facts.put("B", comparison.nameB());
    facts.put("Protocol", a.protocol());
    facts.put("Users", "%,d, each by both".formatted(comparison.users()));
    facts.put(
        "Decides",
        "%s; the others are corrected for being many (Holm)".formatted(comparison.decisive()));
    facts.put(
        "Intervals",
        "95 %% by the paired bootstrap, %,d samples, seed %d; p of hit rates by McNemar's mid-p"
            .formatted(comparison.bootstrapSamples(), comparison.seed()));
    for (int i = 0; i < comparison.cautions().size(); i++) {
      facts.put("Caution " + (i + 1), comparison.cautions().get(i));
    }
    page.facts(facts);
    appendDifferences(page, comparison);
    EvaluationReport.Ranking first = a.rankings().getLast();
    page.section("Hit rate by K, " + first.seen())
        .chart(
            curves(
                List.of(
                    curve("A, exact", exact(a, first.seen())),
                    curve("B, exact", exact(b, first.seen())),
                    curve("popularity", first.metrics()))));
    appendBothSlices(page, a.servedSlices(), b.servedSlices());
    page.section("Settings of A").facts(facts(a)).facts(a.settings());
    page.section("Settings of B").facts(facts(b)).facts(b.settings());
    return page.render();
  }

  private static RankingMetrics.Summary exact(EvaluationReport report, String seen) {
    return report.rankings().stream()
        .filter(ranking -> ranking.name().equals("exact") && ranking.seen().equals(seen))
        .findFirst()
        .orElseThrow()
        .metrics();
  }

  private static void appendDifferences(HtmlPage page, Comparison comparison) {
    List<IntervalChart.Line> lines = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Difference difference : comparison.differences()) {
      String label =
          "%s, %s, %s".formatted(difference.metric(), difference.ranking(), difference.seen());
      lines.add(
          new IntervalChart.Line(
              label,
              difference.interval().low(),
              difference.difference(),
              difference.interval().high(),
              difference.outcome() == Difference.Outcome.NOT_SIGNIFICANT
                      || difference.outcome() == Difference.Outcome.SAME
                  ? 7
                  : 0));
      Double adjusted = difference.adjusted();
      rows.add(
          List.of(
              label,
              number(difference.a()),
              number(difference.b()),
              signed(difference.difference()),
              signed(difference.interval().low()) + " to " + signed(difference.interval().high()),
              String.format(Locale.ROOT, "%.3g", difference.p()),
              adjusted == null ? "decides" : String.format(Locale.ROOT, "%.3g", adjusted),
              number(difference.detectable()),
              difference.outcome().words()));
    }
    page.section("Differences, B - A; grey where not significant")
        .chart(new IntervalChart("Differences with intervals", "B - A", lines, 0.0))
        .table(
            List.of("metric", "A", "B", "B - A", "95 %", "p", "corrected", "detectable", "outcome"),
            rows);
  }

  private static void appendBothSlices(HtmlPage page, List<Slice> ofA, List<Slice> ofB) {
    List<List<String>> rows = new ArrayList<>();
    for (Slice a : ofA) {
      ofB.stream()
          .filter(b -> b.by().equals(a.by()) && b.part().equals(a.part()))
          .findFirst()
          .ifPresent(
              b ->
                  rows.add(
                      List.of(
                          a.by() + ": " + a.part(),
                          String.format(Locale.ROOT, "%,d", a.metrics().users()),
                          number(a.metrics().hitRateAt(100)),
                          interval(a.metrics().hitRateInterval().get(100)),
                          number(b.metrics().hitRateAt(100)),
                          interval(b.metrics().hitRateInterval().get(100)))));
    }
    if (!rows.isEmpty()) {
      page.section("HR@100 by part, %s".formatted(ofA.getFirst().seen()))
          .table(List.of("part", "users", "A", "95 %", "B", "95 %"), rows);
    }
  }

  private static void appendIntervals(HtmlPage page, List<EvaluationReport.Ranking> rankings) {
    List<List<String>> rows = new ArrayList<>();
    for (EvaluationReport.Ranking ranking : rankings) {
      RankingMetrics.Summary metrics = ranking.metrics();
      rows.add(
          List.of(
              title(ranking),
              interval(metrics.hitRateInterval().get(10)),
              interval(metrics.hitRateInterval().get(100)),
              interval(metrics.hitRateInterval().get(500)),
              interval(metrics.ndcgInterval().get(10)),
              interval(metrics.mrrInterval())));
    }
    page.section("95 % intervals over users")
        .table(List.of("ranking", "HR@10", "HR@100", "HR@500", "NDCG@10", "MRR"), rows);
  }

  private static void appendSlices(HtmlPage page, List<Slice> slices) {
    if (slices.isEmpty()) {
      return;
    }
    List<IntervalChart.Line> lines = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    List<String> kinds = slices.stream().map(Slice::by).distinct().toList();
    for (Slice slice : slices) {
      RankingMetrics.Summary metrics = slice.metrics();
      String name = slice.by() + ": " + slice.part();
      Interval interval = metrics.hitRateInterval().getOrDefault(100, new Interval(0, 1));
      lines.add(
          new IntervalChart.Line(
              name,
              interval.low(),
              metrics.hitRateAt(100),
              interval.high(),
              kinds.indexOf(slice.by())));
      rows.add(
          List.of(
              name,
              String.format(Locale.ROOT, "%,d", metrics.users()),
              number(metrics.hitRateAt(10)),
              number(metrics.hitRateAt(100)),
              interval(interval),
              number(metrics.hitRateAt(500)),
              number(metrics.ndcgAt(10)),
              number(metrics.mrr())));
    }
    page.section(
            "By part of the users, %s, %s"
                .formatted(slices.getFirst().ranking(), slices.getFirst().seen()))
        .chart(new IntervalChart("HR@100 by part", "HR@100 with its 95 % interval", lines, null))
        .table(
            List.of("part", "users", "HR@10", "HR@100", "95 %", "HR@500", "NDCG@10", "MRR"), rows);
  }

  private static void appendLists(HtmlPage page, List<ListQuality> lists) {
    if (lists.isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (ListQuality list : lists) {
      rows.add(
          List.of(
              "first %d, %s, %s".formatted(list.k(), list.ranking(), list.seen()),
              String.format(Locale.ROOT, "%,d", list.users()),
              number(list.coverage()),
              number(list.gini()),
              String.format(Locale.ROOT, "%.1f", list.popularity()),
              String.format(Locale.ROOT, "%.1f", list.targetPopularity()),
              number(list.headShare()),
              number(list.targetHeadShare()),
              number(list.similarity())));
    }
    page.section("What the lists are like")
        .table(
            List.of(
                "lists",
                "users",
                "coverage",
                "Gini",
                "events an item",
                "of targets",
                "head share",
                "of targets",
                "similarity"),
            rows);
    page.paragraph(
        "Coverage is the share of the catalogue in at least one of these lists; Gini is 0 where all"
            + " items are listed equally often; head are the most popular items that hold a third"
            + " of all events; similarity is the mean inner product of two items of a list.");
  }

  private static void appendTraining(HtmlPage page, @Nullable TrainingCurve training) {
    if (training == null) {
      return;
    }
    List<XyChart.Series> losses = epochs(training, "loss", TrainingCurve.Point::loss);
    if (losses.isEmpty()) {
      return;
    }
    page.section("Training").chart(new XyChart("Loss by epoch", "epoch", "", losses));
    List<XyChart.Series> scores =
        epochs(training, "NDCG@100 on the validation event", TrainingCurve.Point::score);
    if (!scores.isEmpty()) {
      page.chart(new XyChart("Validation score by epoch", "epoch", "", scores));
    }
  }

  /// One series a network that has the value.
  private static List<XyChart.Series> epochs(
      TrainingCurve training, String name, Function<TrainingCurve.Point, @Nullable Double> value) {
    List<XyChart.Series> series = new ArrayList<>();
    List<TrainingCurve> networks = training.networks();
    for (int i = 0; i < networks.size(); i++) {
      List<XyChart.Point> points = new ArrayList<>();
      for (TrainingCurve.Point point : networks.get(i).points()) {
        Double known = value.apply(point);
        if (known != null) {
          points.add(
              new XyChart.Point(
                  point.epoch(), known, "epoch %d: %s".formatted(point.epoch(), number(known))));
        }
      }
      if (!points.isEmpty()) {
        String member = networks.size() == 1 ? "" : ", member %d".formatted(i + 1);
        series.add(new XyChart.Series(name + member, points));
      }
    }
    return series;
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
        "%,d (%,d more have no case)".formatted(report.cases(), report.usersWithoutCase()));
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

  private static XyChart curves(List<XyChart.Series> series) {
    return new XyChart("Hit rate by K", "K, logarithmic", "", series, true);
  }

  private static XyChart.Series curve(String name, RankingMetrics.Summary metrics) {
    List<XyChart.Point> points = new ArrayList<>();
    metrics
        .curve()
        .forEach(
            (k, value) ->
                points.add(
                    new XyChart.Point(
                        k, value, "%s, HR@%d: %s".formatted(name, k, number(value)))));
    return new XyChart.Series(name, points);
  }

  private static String interval(@Nullable Interval interval) {
    return interval == null ? "" : number(interval.low()) + " to " + number(interval.high());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.4f", value);
  }

  private static String title(EvaluationReport.Ranking ranking) {
    return ranking.name() + ", " + ranking.seen();
  }

  private static String abbreviate(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }
}
