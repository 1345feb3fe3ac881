package dev.hstu.retrieval.gate;

import java.util.Arrays;

/// How events spread over the hours of the day. People keep their hours, so times read in another
/// zone show as the same profile turned by some hours, whatever day they are of.
///
/// @param share of the events by hour, double[24]; not to be changed
record HourProfile(double[] share) {

  private static final int HOURS = 24;
  private static final long HOUR_SECONDS = 3_600;
  private static final long DAY_SECONDS = HOURS * HOUR_SECONDS;

  /// Two profiles this alike are of one habit: by chance two of 24 hours get to about .5.
  private static final double ALIKE = 0.8;

  /// A turned profile must fit so much better than the unturned one.
  private static final double BETTER = 0.3;

  /// Fewer events a profile is too rough for.
  private static final int MIN_EVENTS = 1_000;

  /// Of all events of some users; flat where they are too few.
  static HourProfile of(GoldenUsers users) {
    double[] share = new double[HOURS];
    long[] times = users.log().times();
    if (times.length < MIN_EVENTS) {
      Arrays.fill(share, 1.0 / HOURS);
      return new HourProfile(share);
    }
    for (long time : times) {
      share[(int) (Math.floorMod(time, DAY_SECONDS) / HOUR_SECONDS)] += 1.0 / times.length;
    }
    return new HourProfile(share);
  }

  /// By how many hours this one is the other turned, within -11..12; 0 where it isn't, or where
  /// either has no habit to tell by.
  int hoursAfter(HourProfile other) {
    double unturned = correlation(other, 0);
    int best = 0;
    double bestFit = unturned;
    for (int hours = 1; hours < HOURS; hours++) {
      double fit = correlation(other, hours);
      if (fit > bestFit) {
        best = hours;
        bestFit = fit;
      }
    }
    boolean turned = bestFit >= ALIKE && bestFit >= unturned + BETTER;
    if (!turned) {
      return 0;
    }
    return best > HOURS / 2 ? best - HOURS : best;
  }

  /// Pearson's correlation with the other turned forward; 0 where one is flat.
  private double correlation(HourProfile other, int hours) {
    double mean = 1.0 / HOURS;
    double product = 0;
    double squares = 0;
    double otherSquares = 0;
    for (int h = 0; h < HOURS; h++) {
      double own = share[h] - mean;
      double turned = other.share[Math.floorMod(h - hours, HOURS)] - mean;
      product += own * turned;
      squares += own * own;
      otherSquares += turned * turned;
    }
    double norm = Math.sqrt(squares * otherSquares);
    return norm == 0 ? 0 : product / norm;
  }
}
