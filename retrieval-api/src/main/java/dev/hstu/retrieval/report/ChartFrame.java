package dev.hstu.retrieval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What every chart has: its size, its grid and its legend, as SVG. The legend takes as many lines
/// over the plot as its names need.
final class ChartFrame {

  static final int WIDTH = 720;
  static final int LEFT = 64;

  /// Room for half a point at the end of the plot.
  static final int RIGHT = 6;

  static final int PLOT_HEIGHT = 232;
  static final int PLOT_WIDTH = WIDTH - LEFT - RIGHT;

  private static final int BOTTOM = 34;
  private static final int LEGEND_LINE = 20;
  private static final int LEGEND_GAP = 34;
  private static final int CHARACTER_WIDTH = 7;

  /// Colours of the page; the series after them are drawn hollow and dashed.
  private static final int COLOURS = 8;

  private final List<Entry> legend;
  private final int top;

  /// A name in the legend, from its upper left corner.
  private record Entry(String name, int x, int y) {}

  /// @param series names in the legend
  ChartFrame(List<String> series) {
    this.legend = lines(series);
    this.top = 34 + legend.getLast().y();
  }

  private static List<Entry> lines(List<String> names) {
    List<Entry> entries = new ArrayList<>();
    int x = LEFT;
    int y = 0;
    for (String name : names) {
      int width = LEGEND_GAP + CHARACTER_WIDTH * name.length();
      if (x + width > WIDTH && x > LEFT) {
        x = LEFT;
        y += LEGEND_LINE;
      }
      entries.add(new Entry(name, x, y));
      x += width;
    }
    return entries;
  }

  String begin(String description) {
    return "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
        .formatted(WIDTH, height(), HtmlPage.escape(description));
  }

  /// Where a share of the plot's height stands.
  double y(double share) {
    return top + PLOT_HEIGHT * (1 - share);
  }

  /// A line across the plot at a share of its height, with its value beside it.
  String gridLine(double share, String value) {
    double y = y(share);
    return String.format(
        Locale.ROOT,
        "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
        LEFT,
        WIDTH - RIGHT,
        y,
        y,
        LEFT - 6,
        y + 4,
        HtmlPage.escape(value));
  }

  /// A word under the plot.
  String label(double x, String anchor, String text) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
        x,
        height() - 12,
        anchor,
        HtmlPage.escape(text));
  }

  /// The name of the vertical axis, over it.
  String axis(String name) {
    return "<text x=\"0\" y=\"%d\">%s</text>".formatted(top - 8, HtmlPage.escape(name));
  }

  /// Attributes of a shape that is filled with the colour of a series.
  static String fill(int series) {
    return isHollow(series)
        ? "fill=\"var(--paper)\" stroke=\"%s\" stroke-width=\"2\"".formatted(colour(series))
        : "fill=\"%s\"".formatted(colour(series));
  }

  /// Attributes of a line in the colour of a series.
  static String stroke(int series) {
    return "fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s"
        .formatted(colour(series), isHollow(series) ? " stroke-dasharray=\"5 4\"" : "");
  }

  String legend() {
    StringBuilder svg = new StringBuilder();
    for (int i = 0; i < legend.size(); i++) {
      Entry entry = legend.get(i);
      svg.append(
          "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" %s/><text x=\"%d\" y=\"%d\">%s</text>"
              .formatted(
                  entry.x(),
                  entry.y() + 8,
                  fill(i),
                  entry.x() + 18,
                  entry.y() + 18,
                  HtmlPage.escape(entry.name())));
    }
    return svg.toString();
  }

  static String end() {
    return "</svg>\n";
  }

  private int height() {
    return top + PLOT_HEIGHT + BOTTOM;
  }

  private static boolean isHollow(int series) {
    return series / COLOURS % 2 == 1;
  }

  private static String colour(int series) {
    return "var(--series-%d)".formatted(series % COLOURS);
  }
}
