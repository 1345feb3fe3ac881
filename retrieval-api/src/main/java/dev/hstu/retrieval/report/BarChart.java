package dev.hstu.retrieval.report;

import java.util.List;
import java.util.Locale;

/// Shares of one as bars, in groups.
///
/// @param description for readers who can't see it
/// @param groups names under the groups
/// @param series names in the legend
/// @param values `[series][groups]`, each within 0..1
public record BarChart(
    String description, List<String> groups, List<String> series, List<List<Double>> values) {

  public BarChart {
    groups = List.copyOf(groups);
    series = List.copyOf(series);
    values = values.stream().map(List::copyOf).toList();
    if (values.size() != series.size()) {
      throw new IllegalArgumentException(
          "%d series have %d rows of values".formatted(series.size(), values.size()));
    }
    for (List<Double> row : values) {
      if (row.size() != groups.size()) {
        throw new IllegalArgumentException(
            "%d groups have %d values".formatted(groups.size(), row.size()));
      }
    }
  }

  String svg() {
    ChartFrame frame = new ChartFrame(series);
    StringBuilder svg = new StringBuilder(frame.begin(description));
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      svg.append(frame.gridLine(tenth / 10.0, "%d.%d".formatted(tenth / 10, tenth % 10)));
    }
    double groupWidth = (double) ChartFrame.PLOT_WIDTH / Math.max(1, groups.size());
    double barWidth = groupWidth * 0.8 / Math.max(1, series.size());
    for (int g = 0; g < groups.size(); g++) {
      double x = ChartFrame.LEFT + g * groupWidth;
      for (int s = 0; s < series.size(); s++) {
        svg.append(bar(frame, x + groupWidth * 0.1 + s * barWidth, barWidth * 0.9, s, g));
      }
      svg.append(frame.label(x + groupWidth / 2, "middle", groups.get(g)));
    }
    return svg.append(frame.legend()).append(ChartFrame.end()).toString();
  }

  private String bar(ChartFrame frame, double x, double width, int s, int g) {
    double value = values.get(s).get(g);
    return String.format(
        Locale.ROOT,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s>"
            + "<title>%s, %s: %.4f</title></rect>",
        x,
        frame.y(value),
        width,
        ChartFrame.PLOT_HEIGHT * value,
        ChartFrame.fill(s),
        HtmlPage.escape(series.get(s)),
        HtmlPage.escape(groups.get(g)),
        value);
  }
}
