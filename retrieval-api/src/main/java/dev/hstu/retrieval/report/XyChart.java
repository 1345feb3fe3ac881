package dev.hstu.retrieval.report;

import java.util.List;
import java.util.Locale;

/// Points in a plane, those of a series joined by a line.
///
/// @param description for readers who can't see it
/// @param x name and unit of the horizontal axis
/// @param y name and unit of the vertical axis
/// @param series at least one point in all
public record XyChart(String description, String x, String y, List<Series> series) {

  /// Points in the order in which they are joined.
  public record Series(String name, List<Point> points) {
    public Series {
      points = List.copyOf(points);
    }
  }

  /// @param label shown when pointed at
  public record Point(double x, double y, String label) {
    public Point {
      if (!Double.isFinite(x) || !Double.isFinite(y)) {
        throw new IllegalArgumentException(
            "point (%s, %s) of '%s' must be finite".formatted(x, y, label));
      }
    }
  }

  private static final int GRID_LINES = 5;

  public XyChart {
    series = List.copyOf(series);
    if (series.stream().allMatch(s -> s.points().isEmpty())) {
      throw new IllegalArgumentException("chart '%s' has no point".formatted(description));
    }
  }

  String svg() {
    Range across =
        Range.of(series.stream().flatMap(s -> s.points().stream()).map(Point::x).toList());
    Range up = Range.of(series.stream().flatMap(s -> s.points().stream()).map(Point::y).toList());
    StringBuilder svg = new StringBuilder(ChartFrame.begin(description));
    for (int i = 0; i <= GRID_LINES; i++) {
      double share = (double) i / GRID_LINES;
      svg.append(ChartFrame.gridLine(share, number(up.at(share))));
    }
    for (int s = 0; s < series.size(); s++) {
      appendSeries(svg, s, across, up);
    }
    return svg.append(ChartFrame.label(ChartFrame.LEFT, "start", number(across.at(0))))
        .append(ChartFrame.label(ChartFrame.LEFT + ChartFrame.PLOT_WIDTH / 2.0, "middle", x))
        .append(ChartFrame.label(ChartFrame.WIDTH, "end", number(across.at(1))))
        .append(ChartFrame.legend(series.stream().map(Series::name).toList()))
        .append(
            "<text x=\"0\" y=\"%d\">%s</text>".formatted(ChartFrame.TOP - 8, HtmlPage.escape(y)))
        .append(ChartFrame.end())
        .toString();
  }

  private void appendSeries(StringBuilder svg, int s, Range across, Range up) {
    StringBuilder line = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (Point point : series.get(s).points()) {
      double px = ChartFrame.LEFT + ChartFrame.PLOT_WIDTH * across.share(point.x());
      double py = ChartFrame.TOP + ChartFrame.PLOT_HEIGHT * (1 - up.share(point.y()));
      line.append(String.format(Locale.ROOT, "%.1f,%.1f ", px, py));
      dots.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"><title>%s</title></circle>",
              px,
              py,
              ChartFrame.colour(s),
              HtmlPage.escape(point.label())));
    }
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
            .formatted(line.toString().strip(), ChartFrame.colour(s)));
    svg.append(dots);
  }

  private static String number(double value) {
    double magnitude = Math.abs(value);
    if (magnitude >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, magnitude >= 1 ? "%.2f" : "%.4f", value);
  }

  /// The values an axis spans.
  private record Range(double low, double high) {

    static Range of(List<Double> values) {
      double low = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
      double high = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
      return high > low ? new Range(low, high) : new Range(low - 0.5, low + 0.5);
    }

    double share(double value) {
      return (value - low) / (high - low);
    }

    double at(double share) {
      return low + share * (high - low);
    }
  }
}
