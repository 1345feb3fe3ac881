package dev.hstu.retrieval.data;

/// How well the planted distribution itself, and popularity alone, rank each user's last event: the
/// ceiling and the floor for a model of this world.
///
/// Both rank all items but those the user has had before (`exclude=all`), ties by row. The oracle
/// knows the user's tastes at that moment and ranks by the true probabilities, taken before the
/// event is drawn; popularity counts all events but the users' last ones.
///
/// @param users how many users' last events were ranked, at most 10,000
/// @param oracle share of users with rank at most [#CUTOFFS]`[i]`
/// @param popularity the same for popularity
public record WorldTruth(int users, double[] oracle, double[] popularity) {

  /// The ranks at which shares are taken.
  private static final int[] CUTOFFS = {1, 10, 50, 100, 200, 500};

  /// The ranks at which the shares are taken, a fresh copy.
  public static int[] cutoffs() {
    return CUTOFFS.clone();
  }

  /// HR@100 of the oracle.
  public double oracleHr100() {
    return oracle[3];
  }

  /// HR@100 of popularity.
  public double popularityHr100() {
    return popularity[3];
  }

  /// Counts hits at every cutoff.
  static final class HitCounter {
    private final long[] hits = new long[CUTOFFS.length];
    private int ranked;

    /// @param rank from 1
    void add(int rank) {
      ranked++;
      for (int i = 0; i < CUTOFFS.length; i++) {
        hits[i] += rank <= CUTOFFS[i] ? 1 : 0;
      }
    }

    double[] shares() {
      double[] shares = new double[hits.length];
      for (int i = 0; i < hits.length; i++) {
        shares[i] = ranked == 0 ? 0 : (double) hits[i] / ranked;
      }
      return shares;
    }
  }
}
