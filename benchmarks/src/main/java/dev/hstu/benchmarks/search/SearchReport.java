package dev.hstu.benchmarks.search;

import dev.hstu.benchmarks.contenders.IndexCost;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import dev.hstu.retrieval.report.HtmlPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The outcome of `hstu bench search`, as tables, as JSON (its components) and as a page.
///
/// @param facts data, machine, load, in order
/// @param indexes what each contender's index cost, by contender
/// @param measurements target after target
public record SearchReport(
    Map<String, String> facts, Map<String, IndexCost> indexes, List<Measurement> measurements) {

  private static final List<String> RATES =
      List.of(
          "contender",
          "batch",
          "effort",
          "recall",
          "queries/s",
          "least..most",
          "ratio",
          "p50 µs",
          "p99 µs");

  private static final List<String> COSTS =
      List.of("index", "build s", "CPU s", "threads", "disk B/item", "memory B/item");

  /// Vectors in the data, for the bytes of one.
  private int rows() {
    return Integer.parseInt(facts.get("vectors"));
  }

  public void print(Console console) {
    facts.forEach((name, value) -> console.print("%s: %s".formatted(name, value)));
    byTarget()
        .forEach(
            (target, of) -> {
              console.print("");
              console.print(heading(target));
              console.print(table(RATES, of.stream().map(SearchReport::rates).toList()));
            });
    console.print("");
    console.print(table(COSTS, costs()));
  }

  public String html() {
    HtmlPage page = new HtmlPage("hstu bench search", "Search at equal recall").facts(facts);
    byTarget()
        .forEach(
            (target, of) ->
                page.section(heading(target))
                    .table(RATES, of.stream().map(SearchReport::rates).toList()));
    return page.section("Indexes").table(COSTS, costs()).render();
  }

  private Map<Target, List<Measurement>> byTarget() {
    Map<Target, List<Measurement>> groups = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      groups.computeIfAbsent(measurement.target(), t -> new ArrayList<>()).add(measurement);
    }
    return groups;
  }

  private static String heading(Target target) {
    return String.format(Locale.ROOT, "K=%d at recall %.3f", target.k(), target.recall());
  }

  private static Table table(List<String> header, List<List<String>> rows) {
    Table table = new Table(header.toArray(String[]::new));
    rows.forEach(row -> table.row(row.toArray(String[]::new)));
    return table;
  }

  private static List<String> rates(Measurement of) {
    return List.of(
        of.choice().isEmpty() ? of.contender() : of.contender() + ": " + of.choice(),
        Integer.toString(of.batch()),
        of.effort(),
        format("%.4f", of.recall()) + (of.reached() ? "" : " (not reached)"),
        format("%.0f", of.queriesPerSecond()),
        format("%.0f..%.0f", of.leastPerSecond(), of.mostPerSecond()),
        Double.isNaN(of.ratio()) ? "–" : format("%.2f", of.ratio()),
        format("%.0f", of.p50Micros()),
        format("%.0f", of.p99Micros()));
  }

  private List<List<String>> costs() {
    List<List<String>> costs = new ArrayList<>();
    indexes.forEach(
        (name, cost) ->
            costs.add(
                List.of(
                    name,
                    format("%.1f", cost.buildSeconds()),
                    format("%.1f", cost.buildCpuSeconds()),
                    Integer.toString(cost.buildThreads()),
                    format("%.0f", (double) cost.diskBytes() / rows()),
                    format("%.0f", (double) cost.memoryBytes() / rows()))));
    return costs;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
