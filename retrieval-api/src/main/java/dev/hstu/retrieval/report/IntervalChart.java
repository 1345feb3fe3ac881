package dev.hstu.retrieval.report;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Figures with their intervals, a line each: a point on a whisker from `low` to `high`.
///
/// @param description for readers who can't see it
/// @param x name and unit of the axis
/// @param lines from top to bottom, at least one
/// @param reference where a line is drawn down all of them, or null for none
public record IntervalChart(
    String description, String x, List<Line> lines, @Nullable Double reference) {

  private static final int LINE_HEIGHT = 22;
  private static final int TOP = 8;
  private static final int BOTTOM = 40;
  private static final int LEFT = 252;
  /// Room for half a number under the end of the axis.
  private static final int RIGHT = 32;
  private static final int PLOT_WIDTH = ChartFrame.WIDTH - LEFT - RIGHT;
  private static final int LABEL_CHARACTERS = 37;

  /// One figure.
  ///
  /// @param series whose colour it has, from 0
  public record Line(String label, double low, double value, double high, int series) {
    public Line {
      if (!(low <= high) || !Double.isFinite(low + value + high)) {
        throw new IllegalArgumentException(
            "interval %s..%s around %s of '%s' must be finite and ascend"
                .formatted(low, high, value, label));
      }
    }
  }

  public IntervalChart {
    lines = List.copyOf(lines);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("chart '%s' has no line".formatted(description));
    }
  }

  String svg() {
    double least = lines.stream().mapToDouble(l -> Math.min(l.low(), l.value())).min().orElse(0);
    double most = lines.stream().mapToDouble(l -> Math.max(l.high(), l.value())).max().orElse(1);
    if (reference != null) {
      least = Math.min(least, reference);
      most = Math.max(most, reference);
    }
    Axis axis = Axis.of(List.of(least, most));
    int bottom = TOP + LINE_HEIGHT * lines.size();
    StringBuilder svg =
        new StringBuilder(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                .formatted(ChartFrame.WIDTH, bottom + BOTTOM, HtmlPage.escape(description)));
    for (int step = 0; step <= axis.steps(); step++) {
      double value = axis.low() + step * axis.step();
      svg.append(vertical(x(axis, value), bottom, "class=\"grid\""));
      boolean isLabelled = axis.steps() <= 4 || step % 2 == 0;
      if (isLabelled) {
        svg.append(text(x(axis, value), bottom + 16, "middle", axis.text(value)));
      }
    }
    if (reference != null) {
      svg.append(
          vertical(x(axis, reference), bottom, "stroke=\"var(--soft)\" stroke-dasharray=\"4 3\""));
    }
    for (int i = 0; i < lines.size(); i++) {
      append(svg, axis, lines.get(i), TOP + LINE_HEIGHT * i + LINE_HEIGHT / 2.0);
    }
    return svg.append(text(LEFT + PLOT_WIDTH / 2.0, bottom + 34, "middle", x))
        .append(ChartFrame.end())
        .toString();
  }

  private static void append(StringBuilder svg, Axis axis, Line line, double y) {
    svg.append(text(LEFT - 10, y + 4, "end", abbreviated(line.label())))
        .append(
            String.format(
                Locale.ROOT,
                "<polyline points=\"%.1f,%.1f %.1f,%.1f\" %s/>",
                x(axis, line.low()),
                y,
                x(axis, line.high()),
                y,
                ChartFrame.stroke(line.series())))
        .append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" %s><title>%s: %.4f [%.4f,"
                    + " %.4f]</title></circle>",
                x(axis, line.value()),
                y,
                ChartFrame.fill(line.series()),
                HtmlPage.escape(line.label()),
                line.value(),
                line.low(),
                line.high()));
  }

  private static double x(Axis axis, double value) {
    return LEFT + PLOT_WIDTH * axis.share(value);
  }

  private static String abbreviated(String label) {
    return label.length() <= LABEL_CHARACTERS
        ? label
        : label.substring(0, LABEL_CHARACTERS - 1) + "…";
  }

  private static String vertical(double x, int bottom, String style) {
    return String.format(
        Locale.ROOT,
        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" %s/>",
        x,
        x,
        TOP,
        bottom,
        style);
  }

  private static String text(double x, double y, String anchor, String text) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        x,
        y,
        anchor,
        HtmlPage.escape(text));
  }
}
