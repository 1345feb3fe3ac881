package dev.hstu.retrieval.evaluate;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// An [EvaluationReport] as one self-contained page: no script, no font, no address outside the
/// file, readable in light and dark.
public final class HtmlReport {

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #ffffff;
              --series-0: #2f6fbb; --series-1: #c2641c; --series-2: #3b8a55; --series-3: #8a4fa8; }
      @media (prefers-color-scheme: dark) {
        :root { --ink: #e6e9ee; --soft: #9aa5b4; --line: #39424f; --paper: #14181f;
                --series-0: #7fb0ea; --series-1: #f0a066; --series-2: #7cc795; --series-3: #c698e0; } }
      body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
             max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
      th:first-child, td:first-child { text-align: left; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
      dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
      svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
      .grid { stroke: var(--line); }
      """;

  private static final int WIDTH = 720;
  private static final int HEIGHT = 300;
  private static final int LEFT = 44;
  private static final int BOTTOM = 34;
  private static final int TOP = 34;
  private static final int SERIES_COLOURS = 4;
  private static final int LEGEND_GAP = 34;
  private static final int CHARACTER_WIDTH = 7;

  private HtmlReport() {}

  /// The whole page.
  public static String render(EvaluationReport report) {
    StringBuilder page = new StringBuilder(16_384);
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append("<title>Evaluation</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>Evaluation of ")
        .append(
            report.generation() == null
                ? "model " + escape(abbreviate(report.model()))
                : "generation " + escape(report.generation()))
        .append("</h1>\n");
    appendFacts(page, report);
    for (SeenFilter filter : SeenFilter.values()) {
      List<EvaluationReport.Ranking> rankings =
          report.rankings().stream().filter(r -> r.seen().equals(filter.label())).toList();
      if (!rankings.isEmpty()) {
        page.append("<h2>Hit rate by K, ").append(filter.label()).append("</h2>\n");
        appendChart(page, rankings);
      }
    }
    appendTable(page, "Hit rate", report.rankings(), true);
    appendTable(page, "NDCG", report.rankings(), false);
    report.rankings().forEach(ranking -> appendRecall(page, ranking));
    return page.append("</body></html>\n").toString();
  }

  private static void appendRecall(StringBuilder page, EvaluationReport.Ranking ranking) {
    Map<Integer, Double> recall = ranking.recall();
    if (recall == null) {
      return;
    }
    page.append("<h2>Recall against the exact ranking: ")
        .append(escape(title(ranking)))
        .append("</h2>\n<table><tr><th>K</th><th>recall</th></tr>");
    recall.forEach(
        (k, value) ->
            page.append(String.format(Locale.ROOT, "<tr><td>%d</td><td>%.4f</td></tr>", k, value)));
    page.append("</table>\n");
  }

  private static void appendFacts(StringBuilder page, EvaluationReport report) {
    page.append("<dl>");
    fact(page, "Protocol", report.protocol());
    fact(
        page,
        "Users",
        "%,d (%,d more have too few events)".formatted(report.cases(), report.usersWithoutCase()));
    fact(page, "Catalogue", "%,d items, all ranked".formatted(report.catalogueItems()));
    fact(
        page,
        "Targets the model lacks",
        "%,d, each counted as a miss".formatted(report.unknownTargets()));
    fact(page, "Engine", report.engine());
    fact(page, "Model fingerprint", report.model());
    fact(page, "Data fingerprint", report.dataFingerprint());
    if (report.caution() != null) {
      fact(page, "Caution", report.caution());
    }
    fact(page, "Wall time", String.format(Locale.ROOT, "%.1f s", report.seconds()));
    page.append("</dl>\n");
  }

  private static void fact(StringBuilder page, String name, String value) {
    page.append("<dt>")
        .append(escape(name))
        .append("</dt><dd>")
        .append(escape(value))
        .append("</dd>");
  }

  private static void appendTable(
      StringBuilder page, String name, List<EvaluationReport.Ranking> rankings, boolean hitRate) {
    page.append("<h2>").append(name).append("</h2>\n<table><tr><th>ranking</th>");
    for (int cutoff : RankingMetrics.CUTOFFS) {
      page.append("<th>@").append(cutoff).append("</th>");
    }
    page.append("<th>").append(hitRate ? "± at 10" : "MRR").append("</th></tr>\n");
    for (EvaluationReport.Ranking ranking : rankings) {
      RankingMetrics.Summary metrics = ranking.metrics();
      page.append("<tr><td>").append(escape(title(ranking))).append("</td>");
      for (int cutoff : RankingMetrics.CUTOFFS) {
        double value = hitRate ? metrics.hitRateAt(cutoff) : metrics.ndcgAt(cutoff);
        page.append(String.format(Locale.ROOT, "<td>%.4f</td>", value));
      }
      double last = hitRate ? metrics.standardErrorAt(10) : metrics.mrr();
      page.append(String.format(Locale.ROOT, "<td>%.4f</td></tr>%n", last));
    }
    page.append("</table>\n");
  }

  private static void appendChart(StringBuilder page, List<EvaluationReport.Ranking> rankings) {
    page.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Hit rate by K\">"
            .formatted(WIDTH, HEIGHT));
    double plotHeight = HEIGHT - BOTTOM - TOP;
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      double y = TOP + plotHeight * (1 - tenth / 10.0);
      page.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>",
              LEFT,
              WIDTH,
              y,
              y,
              LEFT - 6,
              y + 4,
              tenth / 10.0));
    }
    double groupWidth = (double) (WIDTH - LEFT) / RankingMetrics.CUTOFFS.length;
    double barWidth = groupWidth * 0.8 / Math.max(1, rankings.size());
    for (int c = 0; c < RankingMetrics.CUTOFFS.length; c++) {
      double x = LEFT + c * groupWidth;
      for (int r = 0; r < rankings.size(); r++) {
        double value = rankings.get(r).metrics().hitRateAt(RankingMetrics.CUTOFFS[c]);
        page.append(
            String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"var(--series-%d)\">"
                    + "<title>%s HR@%d %.4f</title></rect>",
                x + groupWidth * 0.1 + r * barWidth,
                TOP + plotHeight * (1 - value),
                barWidth * 0.9,
                plotHeight * value,
                r % SERIES_COLOURS,
                escape(title(rankings.get(r))),
                RankingMetrics.CUTOFFS[c],
                value));
      }
      page.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">K = %d</text>",
              x + groupWidth / 2,
              HEIGHT - 12,
              RankingMetrics.CUTOFFS[c]));
    }
    int legend = LEFT;
    for (int r = 0; r < rankings.size(); r++) {
      String title = rankings.get(r).name();
      page.append(
          "<rect x=\"%d\" y=\"8\" width=\"12\" height=\"12\" fill=\"var(--series-%d)\"/><text x=\"%d\" y=\"18\">%s</text>"
              .formatted(legend, r % SERIES_COLOURS, legend + 18, escape(title)));
      legend += LEGEND_GAP + CHARACTER_WIDTH * title.length();
    }
    page.append("</svg>\n");
  }

  private static String title(EvaluationReport.Ranking ranking) {
    return ranking.name() + ", " + ranking.seen();
  }

  private static String abbreviate(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
