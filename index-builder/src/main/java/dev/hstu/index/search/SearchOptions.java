package dev.hstu.index.search;

/// How hard to look.
///
/// @param beam how many items a graph search keeps track of (`ef` of the HNSW paper, arXiv
///     1603.09320, algorithm 2): more gives more recall and takes longer. 0 takes
///     [#BEAM_PER_CANDIDATE] times k; else at most [#MAX_BEAM]. Never less than k is used.
/// @param plan who decides between index and scan
/// @param recall the recall a search in partitions aims at, at most 1; 0 takes [#DEFAULT_RECALL].
///     A graph search has no use for it
public record SearchOptions(int beam, SearchPlan plan, double recall) {

  /// The recall that partitions aim at by default.
  public static final double DEFAULT_RECALL = 0.95;

  /// Widest beam: twice the largest k. Beyond that a scan is exact and, measured, faster.
  public static final int MAX_BEAM = 2 * ItemIndex.MAX_K;

  /// The default beam over k: on 100,000 clustered vectors of 64 values it gives recall .99 at
  /// K = 500 and .96 at K = 100, where the beam of k alone gives .94 and .83.
  public static final int BEAM_PER_CANDIDATE = 3;

  /// The default beam is at least this, since small beams lose recall at small k.
  public static final int MIN_DEFAULT_BEAM = 200;

  /// Beam by k, planner's choice.
  public static final SearchOptions DEFAULT = new SearchOptions(0, SearchPlan.AUTO, 0);

  /// The planner replaced by the exact scan.
  public static final SearchOptions EXACT = new SearchOptions(0, SearchPlan.EXACT, 0);

  public SearchOptions {
    if (beam < 0 || beam > MAX_BEAM) {
      throw new IllegalArgumentException(
          "beam=%d must be within 1..%d, or 0 to choose it by k".formatted(beam, MAX_BEAM));
    }
    if (!(recall >= 0 && recall <= 1)) {
      throw new IllegalArgumentException(
          "recall=%s must be above 0 and at most 1, or 0 for %s".formatted(recall, DEFAULT_RECALL));
    }
  }

  /// With the default recall.
  public SearchOptions(int beam, SearchPlan plan) {
    this(beam, plan, 0);
  }

  /// Partitions are swept for this recall; the planner may still scan.
  public static SearchOptions recall(double recall) {
    return new SearchOptions(0, SearchPlan.AUTO, recall);
  }

  /// The graph is always walked, with this beam.
  public static SearchOptions graph(int beam) {
    return new SearchOptions(beam, SearchPlan.INDEX);
  }

  /// Partitions are always swept, for this recall.
  public static SearchOptions partitions(double recall) {
    return new SearchOptions(0, SearchPlan.INDEX, recall);
  }

  /// The beam used for this k.
  public int beamFor(int k) {
    if (beam == 0) {
      return Math.min(MAX_BEAM, Math.max(MIN_DEFAULT_BEAM, k * BEAM_PER_CANDIDATE));
    }
    return Math.max(beam, k);
  }

  /// The recall aimed at.
  double recallOrDefault() {
    return recall == 0 ? DEFAULT_RECALL : recall;
  }
}
