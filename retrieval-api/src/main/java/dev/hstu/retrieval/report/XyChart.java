package dev.hstu.retrieval.report;

import java.util.List;
import java.util.Locale;

/// Points in a plane, those of a series joined by a line.
///
/// @param description for readers who can't see it
/// @param x name and unit of the horizontal axis
/// @param y name and unit of the vertical axis
/// @param series at least one point in all
/// @param logarithmic whether equal ratios of x are as far apart as each other; all x are then
///     above 0
public record XyChart(
    String description, String x, String y, List<Series> series, boolean logarithmic) {

  /// With a plain horizontal axis.
  public XyChart(String description, String x, String y, List<Series> series) {
    this(description, x, y, series, false);
  }

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

  public XyChart {
    series = List.copyOf(series);
    if (series.stream().allMatch(s -> s.points().isEmpty())) {
      throw new IllegalArgumentException("chart '%s' has no point".formatted(description));
    }
    if (logarithmic
        && series.stream().flatMap(s -> s.points().stream()).anyMatch(point -> point.x() <= 0)) {
      throw new IllegalArgumentException(
          "chart '%s' is logarithmic and has x at 0 or below".formatted(description));
    }
  }

  String svg() {
    List<Double> places =
        series.stream().flatMap(s -> s.points().stream()).map(p -> across(p.x())).toList();
    Axis across = logarithmic ? Axis.exactly(places) : Axis.of(places);
    Axis up = Axis.of(series.stream().flatMap(s -> s.points().stream()).map(Point::y).toList());
    ChartFrame frame = new ChartFrame(series.stream().map(Series::name).toList());
    StringBuilder svg = new StringBuilder(frame.begin(description));
    for (int step = 0; step <= up.steps(); step++) {
      double value = up.low() + step * up.step();
      svg.append(frame.gridLine(up.share(value), up.text(value)));
    }
    for (int s = 0; s < series.size(); s++) {
      appendSeries(svg, frame, s, across, up);
    }
    return svg.append(frame.label(ChartFrame.LEFT, "start", text(across, across.low())))
        .append(frame.label(ChartFrame.LEFT + ChartFrame.PLOT_WIDTH / 2.0, "middle", x))
        .append(
            frame.label(
                ChartFrame.LEFT + ChartFrame.PLOT_WIDTH, "end", text(across, across.high())))
        .append(frame.legend())
        .append(frame.axis(y))
        .append(ChartFrame.end())
        .toString();
  }

  private double across(double value) {
    return logarithmic ? Math.log10(value) : value;
  }

  private String text(Axis across, double value) {
    return logarithmic
        ? String.format(Locale.ROOT, "%,.0f", Math.pow(10, value))
        : across.text(value);
  }

  private void appendSeries(StringBuilder svg, ChartFrame frame, int s, Axis across, Axis up) {
    StringBuilder line = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (Point point : series.get(s).points()) {
      double px = ChartFrame.LEFT + ChartFrame.PLOT_WIDTH * across.share(across(point.x()));
      double py = frame.y(up.share(point.y()));
      line.append(String.format(Locale.ROOT, "%.1f,%.1f ", px, py));
      dots.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" %s><title>%s</title></circle>",
              px,
              py,
              ChartFrame.fill(s),
              HtmlPage.escape(point.label())));
    }
    svg.append(
        "<polyline points=\"%s\" %s/>".formatted(line.toString().strip(), ChartFrame.stroke(s)));
    svg.append(dots);
  }
}
