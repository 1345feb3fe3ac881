package dev.hstu.retrieval.evaluate.paired;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The paired bootstrap (Efron 1979; for rankings, Sakai 2006): users are drawn anew from the users
/// there are, with both figures of each, and the mean differences of many such samples show how far
/// chance moves them. Percentile intervals at 95 %.
///
/// Seeded: the same differences and seed give the same interval, on any number of threads. Memory
/// is one mean a sample and metric.
public final class PairedBootstrap {

  public static final int LEAST_SAMPLES = 200;

  /// More samples move the bounds by less than they are told in.
  public static final int MOST_SAMPLES = 20_000;

  /// The bounds then move by about a fortieth of the interval from seed to seed.
  public static final int DEFAULT_SAMPLES = 2_000;

  private static final double TAIL = .025;

  private final double[][] means;

  private PairedBootstrap(double[][] means) {
    this.means = means;
  }

  /// Draws the samples.
  ///
  /// @param differences double `[users that differ][metrics]`
  /// @param users all of them, those without any difference among them
  /// @param samples [#LEAST_SAMPLES]..[#MOST_SAMPLES]
  public static PairedBootstrap of(double[][] differences, int users, int samples, long seed) {
    if (samples < LEAST_SAMPLES || samples > MOST_SAMPLES) {
      throw new IllegalArgumentException(
          "samples=%d must be within %d..%d; %d is usual"
              .formatted(samples, LEAST_SAMPLES, MOST_SAMPLES, DEFAULT_SAMPLES));
    }
    if (users < Math.max(1, differences.length)) {
      throw new IllegalArgumentException(
          "users=%d must be at least 1 and the %d that differ"
              .formatted(users, differences.length));
    }
    int metrics = differences.length == 0 ? 0 : differences[0].length;
    double[][] means = new double[metrics][samples];
    // Seeds that are drawn, not counted up: SplittableRandom's streams of neighbouring seeds can be
    // the same one, shifted.
    long[] seeds = new SplittableRandom(seed).longs(samples).toArray();
    IntStream.range(0, differences.length == 0 ? 0 : samples)
        .parallel()
        .forEach(s -> sample(differences, users, seeds[s], s, means));
    for (double[] ofMetric : means) {
      Arrays.sort(ofMetric);
    }
    return new PairedBootstrap(means);
  }

  private static void sample(
      double[][] differences, int users, long seed, int s, double[][] means) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] sums = new double[means.length];
    for (int draw = 0; draw < users; draw++) {
      int user = random.nextInt(users);
      if (user < differences.length) {
        double[] drawn = differences[user];
        for (int m = 0; m < sums.length; m++) {
          sums[m] += drawn[m];
        }
      }
    }
    for (int m = 0; m < sums.length; m++) {
      means[m][s] = sums[m] / users;
    }
  }

  /// The lower bound of a metric's mean difference; 0 where nobody differs.
  public double low(int metric) {
    return means.length == 0 ? 0 : means[metric][place(means[metric].length, TAIL)];
  }

  /// The upper bound.
  public double high(int metric) {
    return means.length == 0 ? 0 : means[metric][place(means[metric].length, 1 - TAIL)];
  }

  private static int place(int samples, double share) {
    return (int) Math.round(share * (samples - 1));
  }

  /// Two-sided: twice the share of samples on the far side of 0, within 0..1. Below .05 where the
  /// interval leaves 0 out.
  public double pValue(int metric) {
    if (means.length == 0) {
      return 1;
    }
    int below = 0;
    int above = 0;
    for (double mean : means[metric]) {
      below += mean <= 0 ? 1 : 0;
      above += mean >= 0 ? 1 : 0;
    }
    // The figures that were seen count as one sample more, so that no p-value is 0.
    return Math.min(1, 2.0 * (Math.min(below, above) + 1) / (means[metric].length + 1));
  }
}
