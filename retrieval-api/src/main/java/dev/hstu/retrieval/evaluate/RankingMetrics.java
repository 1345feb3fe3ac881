package dev.hstu.retrieval.evaluate;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Adds up the ranks of targets into the metrics of HSTU.md, "Evaluation":
///
/// - `HR@K`: share of users whose target has rank ≤ K
/// - `NDCG@K`: mean over users of `1/log2(rank+1)` where rank ≤ K, else 0
/// - `MRR`: mean over users of `1/rank`
///
/// Not thread-safe.
public final class RankingMetrics {

  /// The cut-offs every table shows.
  static final int[] CUTOFFS = {1, 10, 50, 100, 200, 500};

  /// The points of the curve of HR@K; all cut-offs are among them.
  private static final int[] CURVE = {
    1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500
  };

  /// The last of the cut-offs.
  public static final int DEEPEST = 500;

  private static final double LOG_2 = Math.log(2);

  /// Targets at each stretch of the curve, those beyond its end left out.
  private final long[] stretches = new long[CURVE.length];

  private final double[] gains = new double[CUTOFFS.length];
  private final double[] gainSquares = new double[CUTOFFS.length];
  private double reciprocalRanks;
  private double reciprocalSquares;
  private long users;

  /// Counts one user whose target came at `rank`, 1 being first.
  ///
  /// @throws IllegalArgumentException when `rank` is below 1
  public void add(long rank) {
    if (rank < 1) {
      throw new IllegalArgumentException("rank=" + rank + " must be at least 1; 1 is the first");
    }
    users++;
    reciprocalRanks += 1.0 / rank;
    reciprocalSquares += 1.0 / rank / rank;
    if (rank <= DEEPEST) {
      int place = Arrays.binarySearch(CURVE, (int) rank);
      stretches[place < 0 ? -place - 1 : place]++;
    }
    double gain = LOG_2 / Math.log1p((double) rank);
    for (int c = 0; c < CUTOFFS.length; c++) {
      if (rank <= CUTOFFS[c]) {
        gains[c] += gain;
        gainSquares[c] += gain * gain;
      }
    }
  }

  /// Counts one user whose target was not ranked at all: a miss at every cut-off.
  public void addMiss() {
    users++;
  }

  /// Adds what another one counted, e.g. another worker's.
  public void addAll(RankingMetrics other) {
    users += other.users;
    reciprocalRanks += other.reciprocalRanks;
    reciprocalSquares += other.reciprocalSquares;
    for (int p = 0; p < CURVE.length; p++) {
      stretches[p] += other.stretches[p];
    }
    for (int c = 0; c < CUTOFFS.length; c++) {
      gains[c] += other.gains[c];
      gainSquares[c] += other.gainSquares[c];
    }
  }

  public Summary summary() {
    Map<Integer, Double> curve = new LinkedHashMap<>();
    Map<Integer, Double> hitRates = new LinkedHashMap<>();
    Map<Integer, Interval> hitRateIntervals = new LinkedHashMap<>();
    Map<Integer, Double> ndcg = new LinkedHashMap<>();
    Map<Integer, Interval> ndcgIntervals = new LinkedHashMap<>();
    long hits = 0;
    int c = 0;
    for (int p = 0; p < CURVE.length; p++) {
      hits += stretches[p];
      curve.put(CURVE[p], mean((double) hits));
      if (CURVE[p] == CUTOFFS[c]) {
        hitRates.put(CUTOFFS[c], mean((double) hits));
        hitRateIntervals.put(CUTOFFS[c], Interval.ofShare(hits, users));
        ndcg.put(CUTOFFS[c], mean(gains[c]));
        ndcgIntervals.put(CUTOFFS[c], Interval.ofMean(gains[c], gainSquares[c], users));
        c = Math.min(c + 1, CUTOFFS.length - 1);
      }
    }
    return new Summary(
        users,
        hitRates,
        ndcg,
        mean(reciprocalRanks),
        curve,
        hitRateIntervals,
        ndcgIntervals,
        Interval.ofMean(reciprocalRanks, reciprocalSquares, users));
  }

  private double mean(double sum) {
    return users == 0 ? 0 : sum / users;
  }

  /// The metrics of one ranking over all users.
  ///
  /// @param users number of users counted, misses included
  /// @param hitRate by cut-off K, ascending
  /// @param ndcg by cut-off K, ascending
  /// @param mrr mean reciprocal rank
  /// @param curve HR@K at more K than the cut-offs, ascending, for a chart
  /// @param hitRateInterval by cut-off K, over the users there could be
  /// @param ndcgInterval by cut-off K
  /// @param mrrInterval of the mean reciprocal rank
  public record Summary(
      long users,
      Map<Integer, Double> hitRate,
      Map<Integer, Double> ndcg,
      double mrr,
      Map<Integer, Double> curve,
      Map<Integer, Interval> hitRateInterval,
      Map<Integer, Interval> ndcgInterval,
      Interval mrrInterval) {

    /// `HR@cutoff`.
    ///
    /// @throws IllegalArgumentException when `cutoff` is none of the measured ones
    public double hitRateAt(int cutoff) {
      return at(hitRate, cutoff);
    }

    /// `NDCG@cutoff`.
    ///
    /// @throws IllegalArgumentException when `cutoff` is none of the measured ones
    public double ndcgAt(int cutoff) {
      return at(ndcg, cutoff);
    }

    /// Standard error of `HR@cutoff` over users, `sqrt(p(1-p)/n)`.
    public double standardErrorAt(int cutoff) {
      double p = hitRateAt(cutoff);
      return users == 0 ? 0 : Math.sqrt(p * (1 - p) / users);
    }

    private static double at(Map<Integer, Double> values, int cutoff) {
      Double value = values.get(cutoff);
      if (value == null) {
        throw new IllegalArgumentException(
            "cutoff=%d is not measured; use one of %s".formatted(cutoff, values.keySet()));
      }
      return value;
    }
  }
}
