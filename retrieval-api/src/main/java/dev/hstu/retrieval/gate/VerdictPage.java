package dev.hstu.retrieval.gate;

import dev.hstu.retrieval.report.BarChart;
import dev.hstu.retrieval.report.HtmlPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/// A verdict as one page.
public final class VerdictPage {

  private static final String LIVE = "live.";

  private VerdictPage() {}

  /// The whole page.
  public static String render(GateVerdict verdict) {
    HtmlPage page = new HtmlPage("Publish gate", "Publish gate: " + verdict.generation());
    page.verdict(verdict.passed(), verdict.summary()).facts(facts(verdict));
    verdict.cautions().forEach(caution -> page.paragraph("Caution: " + caution));
    page.section("Checks");
    page.textTable(
        List.of("check", "result", "measured", "asked", "finding"),
        verdict.results().stream().map(VerdictPage::row).toList());
    appendCharts(page, verdict.figures());
    page.section("Figures");
    page.table(
        List.of("figure", "value"),
        verdict.figures().entrySet().stream()
            .map(figure -> List.of(figure.getKey(), Check.number(figure.getValue())))
            .toList());
    return page.render();
  }

  private static Map<String, String> facts(GateVerdict verdict) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Generation", verdict.generation());
    facts.put("Live generation", verdict.live() == null ? "none" : verdict.live());
    facts.put("Judged at", verdict.judgedAt().toString());
    facts.put("Wall time", String.format(Locale.ROOT, "%.1f s", verdict.seconds()));
    return facts;
  }

  private static List<String> row(CheckResult result) {
    return List.of(
        result.check(),
        VerdictWords.outcome(result),
        VerdictWords.measured(result),
        VerdictWords.bound(result),
        VerdictWords.sentence(result));
  }

  private static void appendCharts(HtmlPage page, SortedMap<String, Double> figures) {
    List<String> rates = List.of("hit-rate@100", "hit-rate@500");
    List<String> shapes = List.of("coverage@100", "result-popularity");
    List<String> index = List.of("recall@100", "recall@500", "overlap@100");
    appendChart(page, "Hit rate of golden users", rates, figures);
    appendChart(page, "What golden users see", shapes, figures);
    appendChart(page, "Index and overlap", index, figures);
  }

  /// The figures that the candidate has, nothing where it has none; the bars of others where they
  /// have all of these.
  private static void appendChart(
      HtmlPage page, String title, List<String> wanted, SortedMap<String, Double> figures) {
    List<String> groups = wanted.stream().filter(figures::containsKey).toList();
    if (groups.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>();
    List<List<Double>> values = new ArrayList<>();
    for (String prefix : List.of("", LIVE, "popularity.")) {
      List<Double> row = row(prefix, groups, figures);
      if (row.size() == groups.size()) {
        names.add(prefix.isEmpty() ? "candidate" : prefix.substring(0, prefix.length() - 1));
        values.add(row);
      }
    }
    page.section(title).chart(new BarChart(title, groups, names, values));
  }

  private static List<Double> row(
      String prefix, List<String> groups, SortedMap<String, Double> figures) {
    return groups.stream()
        .filter(group -> figures.containsKey(prefix + group))
        .map(group -> Math.clamp(figures.get(prefix + group), 0.0, 1.0))
        .toList();
  }
}
