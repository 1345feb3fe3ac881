package dev.hstu.retrieval.nightly;

import dev.hstu.retrieval.report.HtmlPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A [NightReport] as one page.
final class NightPage {

  private NightPage() {}

  static String render(NightReport report) {
    HtmlPage page =
        new HtmlPage("Night " + report.night(), "Night " + report.night())
            .verdict(report.state().equals(NightReport.PUBLISHED), report.summary())
            .facts(facts(report));
    page.section("Steps")
        .textTable(List.of("step", "took", "expected", "disk", "what"), steps(report));
    remarks(page, report);
    report.steps().stream()
        .filter(step -> !step.figures().isEmpty())
        .forEach(step -> figures(page, step));
    return page.render();
  }

  private static Map<String, String> facts(NightReport report) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Serving", report.serving() == null ? "nothing" : report.serving());
    facts.put("Goes on from", report.previous() == null ? "nothing" : report.previous());
    facts.put("Resumed", report.resumed() ? "yes" : "no");
    facts.put("This run", Amounts.seconds(report.seconds()));
    facts.put(
        "Disk",
        "%s of %s"
            .formatted(Amounts.bytes(report.diskBytes()), Amounts.bytes(report.diskBudgetBytes())));
    facts.put(
        "Memory",
        "heap up to %s of ram %s"
            .formatted(Amounts.bytes(report.heapBytes()), Amounts.bytes(report.ramBudgetBytes())));
    return facts;
  }

  private static List<List<String>> steps(NightReport report) {
    List<List<String>> rows = new ArrayList<>();
    for (FinishedStep step : report.steps()) {
      rows.add(
          List.of(
              step.step().label(),
              unbroken(Amounts.seconds(step.seconds())),
              unbroken(Amounts.seconds(report.expectedSeconds().getOrDefault(step.step(), 0.0))),
              unbroken(Amounts.bytes(step.bytes())),
              NightReport.about(step)));
    }
    return rows;
  }

  /// With its number and its unit on one line.
  private static String unbroken(String amount) {
    return amount.replace(' ', '\u00a0');
  }

  private static void remarks(HtmlPage page, NightReport report) {
    List<List<String>> rows = new ArrayList<>();
    for (FinishedStep step : report.steps()) {
      step.remarks().forEach(remark -> rows.add(List.of(step.step().label(), remark)));
    }
    if (!rows.isEmpty()) {
      page.section("Remarks").textTable(List.of("step", "remark"), rows);
    }
  }

  private static void figures(HtmlPage page, FinishedStep step) {
    List<List<String>> rows = new ArrayList<>();
    step.figures().forEach((name, value) -> rows.add(List.of(name, number(value))));
    page.section("Figures of " + step.step().label()).table(List.of("figure", "value"), rows);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? "%,.0f".formatted(value) : "%.4f".formatted(value);
  }
}
