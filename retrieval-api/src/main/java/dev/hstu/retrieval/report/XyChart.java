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

  public XyChart {
    series = List.copyOf(series);
    if (series.stream().allMatch(s -> s.points().isEmpty())) {
      throw new IllegalArgumentException("chart '%s' has no point".formatted(description));
    }
  }

  String svg() {
    Axis across = Axis.of(series.stream().flatMap(s -> s.points().stream()).map(Point::x).toList());
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
    return svg.append(frame.label(ChartFrame.LEFT, "start", across.text(across.low())))
        .append(frame.label(ChartFrame.LEFT + ChartFrame.PLOT_WIDTH / 2.0, "middle", x))
        .append(
            frame.label(ChartFrame.LEFT + ChartFrame.PLOT_WIDTH, "end", across.text(across.high())))
        .append(frame.legend())
        .append(frame.axis(y))
        .append(ChartFrame.end())
        .toString();
  }

  private void appendSeries(StringBuilder svg, ChartFrame frame, int s, Axis across, Axis up) {
    StringBuilder line = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (Point point : series.get(s).points()) {
      double px = ChartFrame.LEFT + ChartFrame.PLOT_WIDTH * across.share(point.x());
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

  /// The values an axis spans, in steps of 1, 2 or 5 times a power of ten.
  private record Axis(double low, double step, int steps) {

    /// More would crowd.
    private static final int MOST_STEPS = 8;

    static Axis of(List<Double> values) {
      double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
      double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
      double low = most > least ? least : least - 0.5;
      double high = most > least ? most : least + 0.5;
      double step = roundStep((high - low) / MOST_STEPS);
      double first = Math.floor(low / step + ROUNDING);
      double last = Math.ceil(high / step - ROUNDING);
      return new Axis(first * step, step, (int) (last - first));
    }

    /// Of a step: a value so near to one stands on it.
    private static final double ROUNDING = 1e-9;

    private static double roundStep(double least) {
      double power = Math.pow(10, Math.floor(Math.log10(least)));
      for (int times : new int[] {1, 2, 5}) {
        if (times * power >= least * (1 - ROUNDING)) {
          return times * power;
        }
      }
      return 10 * power;
    }

    double high() {
      return low + steps * step;
    }

    double share(double value) {
      return (value - low) / (steps * step);
    }

    String text(double value) {
      int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + ROUNDING));
      return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
  }
}
