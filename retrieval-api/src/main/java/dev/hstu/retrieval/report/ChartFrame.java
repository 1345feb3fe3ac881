package dev.hstu.retrieval.report;

import java.util.List;
import java.util.Locale;

/// What every chart has: its size, its grid and its legend, as SVG.
final class ChartFrame {

  static final int WIDTH = 720;
  static final int HEIGHT = 300;
  static final int LEFT = 64;
  static final int BOTTOM = 34;
  static final int TOP = 34;
  static final int PLOT_HEIGHT = HEIGHT - BOTTOM - TOP;
  static final int PLOT_WIDTH = WIDTH - LEFT;

  private static final int COLOURS = 4;
  private static final int LEGEND_GAP = 34;
  private static final int CHARACTER_WIDTH = 7;

  private ChartFrame() {}

  static String begin(String description) {
    return "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
        .formatted(WIDTH, HEIGHT, HtmlPage.escape(description));
  }

  /// A line across the plot at a share of its height, with its value beside it.
  static String gridLine(double share, String value) {
    double y = TOP + PLOT_HEIGHT * (1 - share);
    return String.format(
        Locale.ROOT,
        "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
        LEFT,
        WIDTH,
        y,
        y,
        LEFT - 6,
        y + 4,
        HtmlPage.escape(value));
  }

  /// A word under the plot.
  static String label(double x, String anchor, String text) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
        x,
        HEIGHT - 12,
        anchor,
        HtmlPage.escape(text));
  }

  static String colour(int series) {
    return "var(--series-%d)".formatted(series % COLOURS);
  }

  static String legend(List<String> names) {
    StringBuilder svg = new StringBuilder();
    int x = LEFT;
    for (int i = 0; i < names.size(); i++) {
      svg.append(
          "<rect x=\"%d\" y=\"8\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%d\" y=\"18\">%s</text>"
              .formatted(x, colour(i), x + 18, HtmlPage.escape(names.get(i))));
      x += LEGEND_GAP + CHARACTER_WIDTH * names.get(i).length();
    }
    return svg.toString();
  }

  static String end() {
    return "</svg>\n";
  }
}
