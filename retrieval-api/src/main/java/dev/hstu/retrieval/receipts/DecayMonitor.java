package dev.hstu.retrieval.receipts;

import java.util.Arrays;

/// Notices that the mean of values within 0..1 has fallen below a floor, sample by sample.
///
/// A bet against the claim "the mean is at least the floor": each sample multiplies the capital by
/// `1 + λ(floor - value)`, which under the claim doesn't grow on average whatever the values'
/// distribution. Capital below 1 is made up to 1, so that a long good time doesn't have to be
/// unlearned: the CUSUM form, an e-detector (Shin, Ramdas and Rinaldo, New England J. Stat. Data
/// Sci. 2, 2024; betting on means: Waudby-Smith and Ramdas, JRSS B 86, 2024). As long as the claim
/// holds, [#ALARM] samples or more lie between two false alarms on average. How much to bet depends
/// on how deep the fall is, which nobody knows beforehand; so the capital is split over several
/// bets.
///
/// Not thread-safe.
final class DecayMonitor {

  /// Average number of samples to a false alarm, at least: at a sample a second one in eleven days.
  private static final double ALARM = 1_000_000;

  /// Bets as shares of the largest that can't go broke.
  private static final double[] BETS = {1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0, 3 / 4.0};

  /// Floors are held off 1, where the largest bet would be infinite.
  private static final double MAX_FLOOR = 0.999;

  private final double floor;
  private final double[] capital = new double[BETS.length];
  private boolean decayed;

  /// @param floor what the mean is to be at least
  DecayMonitor(double floor) {
    this.floor = Math.clamp(floor, 0, MAX_FLOOR);
    Arrays.fill(capital, 1);
  }

  /// Takes one value within 0..1 in.
  void add(double value) {
    double sum = 0;
    for (int i = 0; i < BETS.length; i++) {
      double bet = BETS[i] / (1 - floor);
      // Bounded, so that a lasting alarm goes when recall has come back.
      capital[i] =
          Math.min(ALARM * BETS.length, Math.max(1, capital[i]) * (1 + bet * (floor - value)));
      sum += capital[i];
    }
    double evidence = sum / BETS.length;
    decayed = evidence >= ALARM || (decayed && evidence > 1);
  }

  double floor() {
    return floor;
  }

  /// Whether the mean has fallen, and hasn't come back since.
  boolean decayed() {
    return decayed;
  }
}
