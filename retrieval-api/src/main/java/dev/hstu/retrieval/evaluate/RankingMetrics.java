package dev.hstu.retrieval.evaluate;

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

  /// The last of the cut-offs.
  public static final int DEEPEST = 500;

  private static final double LOG_2 = Math.log(2);

  private final long[] hits = new long[CUTOFFS.length];
  private final double[] gains = new double[CUTOFFS.length];
  private double reciprocalRanks;
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
    double gain = LOG_2 / Math.log1p((double) rank);
    for (int c = 0; c < CUTOFFS.length; c++) {
      if (rank <= CUTOFFS[c]) {
        hits[c]++;
        gains[c] += gain;
      }
    }
  }

  /// Counts one user whose target was not ranked at all: a miss at every cut-off.
  public void addMiss() {
    users++;
  }

  /// Adds what another one counted, e.g. another worker's.
  void addAll(RankingMetrics other) {
    users += other.users;
    reciprocalRanks += other.reciprocalRanks;
    for (int c = 0; c < CUTOFFS.length; c++) {
      hits[c] += other.hits[c];
      gains[c] += other.gains[c];
    }
  }

  public Summary summary() {
    Map<Integer, Double> hitRates = new LinkedHashMap<>();
    Map<Integer, Double> ndcg = new LinkedHashMap<>();
    for (int c = 0; c < CUTOFFS.length; c++) {
      hitRates.put(CUTOFFS[c], mean((double) hits[c]));
      ndcg.put(CUTOFFS[c], mean(gains[c]));
    }
    return new Summary(users, hitRates, ndcg, mean(reciprocalRanks));
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
  public record Summary(
      long users, Map<Integer, Double> hitRate, Map<Integer, Double> ndcg, double mrr) {

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
