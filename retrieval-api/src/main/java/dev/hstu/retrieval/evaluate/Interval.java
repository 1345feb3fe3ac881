package dev.hstu.retrieval.evaluate;

/// Where a figure would lie for all users there could be, at 95 % confidence.
///
/// @param low at most `high`
public record Interval(double low, double high) {

  /// The normal distribution's 97.5 % point: two-sided 95 %.
  public static final double Z_95 = 1.959963984540054;

  public Interval {
    if (!(low <= high)) {
      throw new IllegalArgumentException("low=%s must be at most high=%s".formatted(low, high));
    }
  }

  /// Of a share, by Wilson's score (1927): keeps within 0..1 and holds its level where hits are
  /// few, which `p ± 1.96·se` doesn't.
  ///
  /// @param hits at most `users`
  static Interval ofShare(long hits, long users) {
    if (users == 0) {
      return new Interval(0, 1);
    }
    double n = users;
    double p = hits / n;
    double z2 = Z_95 * Z_95;
    double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z_95 / (1 + z2 / n) * Math.sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /// Of a mean, by the normal approximation.
  static Interval ofMean(double sum, double squares, long users) {
    if (users == 0) {
      return new Interval(0, 1);
    }
    double mean = sum / users;
    double variance =
        users < 2 ? 0 : Math.max(0, squares / users - mean * mean) * users / (users - 1);
    double half = Z_95 * Math.sqrt(variance / users);
    return new Interval(mean - half, mean + half);
  }
}
