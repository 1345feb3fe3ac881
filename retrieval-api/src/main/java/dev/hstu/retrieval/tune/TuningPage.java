package dev.hstu.retrieval.tune;

import dev.hstu.index.tune.MeasuredIndex;
import dev.hstu.index.tune.SearchPoint;
import dev.hstu.index.tune.TunedOption;
import dev.hstu.index.tune.Tuning;
import dev.hstu.index.tune.TuningGoal;
import dev.hstu.retrieval.report.HtmlPage;
import dev.hstu.retrieval.report.XyChart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A tuning in words and rows, for the terminal and as one page.
public final class TuningPage {

  /// Names of the columns of [#options].
  public static final List<String> OPTION_HEADER =
      List.of("index", "outcome", "recall", "p50 ms", "p99 ms", "RAM GB", "codes GB", "build s");

  private TuningPage() {}

  /// What was asked for.
  public static String goal(TuningGoal goal) {
    StringBuilder text = new StringBuilder();
    text.append("recall ").append(goal.recall()).append(" at k=").append(goal.k());
    if (goal.p99Millis() > 0) {
      text.append(", p99 within ").append(goal.p99Millis()).append(" ms");
    }
    if (goal.ramBytes() > 0) {
      text.append(String.format(Locale.ROOT, ", in %.2f GB", goal.ramBytes() / 1e9));
    }
    return text.toString();
  }

  /// The options with all items, fastest first, one row each.
  public static List<List<String>> options(Tuning tuning) {
    List<List<String>> rows = new ArrayList<>();
    for (TunedOption option : tuning.options()) {
      rows.add(
          List.of(
              option.settings().describe(),
              option.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
              number(option.recall(), 4),
              number(option.p50Micros() / 1e3, 3),
              number(option.p99Micros() / 1e3, 3),
              number(option.ramBytes() / 1e9, 3),
              number(option.codedRamBytes() / 1e9, 3),
              number(option.buildSeconds(), 1)));
    }
    return rows;
  }

  /// The whole page.
  public static String render(Tuning tuning) {
    HtmlPage page = new HtmlPage("Tuning", "Which index for %,d items".formatted(tuning.items()));
    tuning
        .choice()
        .ifPresentOrElse(
            choice -> page.verdict(true, "Chosen: " + choice.settings().describe()),
            () -> page.verdict(false, "No index meets the goal"));
    page.facts(facts(tuning));
    page.section("Extrapolated to all items").table(OPTION_HEADER, options(tuning));
    page.section("Recall and time on the larger sample").chart(chart(tuning));
    List<List<String>> front = new ArrayList<>();
    for (Tuning.Dominant dominant : tuning.paretoFront()) {
      front.add(measurement(dominant.settings().describe(), dominant.point()));
    }
    page.section("What no other beats").table(POINT_HEADER, front);
    List<List<String>> all = new ArrayList<>();
    for (MeasuredIndex sample : tuning.samples()) {
      for (SearchPoint point : sample.points()) {
        all.add(
            measurement(
                "%s, %,d items".formatted(sample.settings().describe(), sample.rows()), point));
      }
    }
    return page.section("Every measurement").table(POINT_HEADER, all).render();
  }

  private static final List<String> POINT_HEADER =
      List.of("index", "beam", "recall asked", "recall", "±", "p50 µs", "p99 µs");

  private static List<String> measurement(String index, SearchPoint point) {
    return List.of(
        index,
        Integer.toString(point.search().beam()),
        Double.toString(point.search().recall()),
        number(point.recall(), 4),
        number(point.recallError(), 4),
        number(point.p50Micros(), 0),
        number(point.p99Micros(), 0));
  }

  private static Map<String, String> facts(Tuning tuning) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Goal", goal(tuning.goal()));
    facts.put("Items", "%,d of %d values".formatted(tuning.items(), tuning.dimension()));
    facts.put(
        "Queries",
        "%,d %s"
            .formatted(
                tuning.queries(),
                tuning.standIns() ? "made of items, for want of real ones" : "of real users"));
    facts.put(
        "Times", "one search at a time on one thread, the least of three passes of each query");
    facts.put("Took", number(tuning.seconds(), 1) + " s");
    return facts;
  }

  private static XyChart chart(Tuning tuning) {
    int largest = tuning.samples().stream().mapToInt(MeasuredIndex::rows).max().orElseThrow();
    List<XyChart.Series> series = new ArrayList<>();
    for (MeasuredIndex sample : tuning.samples()) {
      if (sample.rows() == largest) {
        String name = sample.settings().describe();
        List<XyChart.Point> points = new ArrayList<>();
        for (SearchPoint point : sample.points()) {
          points.add(
              new XyChart.Point(
                  point.recall(),
                  point.p50Micros(),
                  String.format(
                      Locale.ROOT,
                      "%s: recall %.4f in %.0f µs",
                      name,
                      point.recall(),
                      point.p50Micros())));
        }
        series.add(new XyChart.Series(name, points));
      }
    }
    return new XyChart("Median time of a search by recall", "recall", "µs", series);
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
