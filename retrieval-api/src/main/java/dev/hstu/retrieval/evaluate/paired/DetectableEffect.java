package dev.hstu.retrieval.evaluate.paired;

/// The smallest difference a sample could have shown: one that, were it real, a test at 5 % would
/// have found in four samples of five (power 80 %).
public final class DetectableEffect {

  /// The normal distribution's 97.5 % point, for 5 % on both sides.
  private static final double Z_LEVEL = 1.959963984540054;

  /// Its 80 % point.
  private static final double Z_POWER = .841621233572914;

  private DetectableEffect() {}

  /// Of a mean of paired differences: `(1.96 + 0.84) · s / √n`.
  ///
  /// @param variance of a user's difference, at least 0
  public static double ofMean(double variance, int users) {
    return users == 0 ? 1 : (Z_LEVEL + Z_POWER) * Math.sqrt(variance / users);
  }

  /// Of hit rates: never less than the [McNemar#LEAST_USERS] users that the test needs.
  public static double ofHitRate(double variance, int users) {
    return users == 0
        ? 1
        : Math.min(1, Math.max(ofMean(variance, users), (double) McNemar.LEAST_USERS / users));
  }
}
