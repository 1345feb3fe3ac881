package dev.hstu.index.search;

/// How hard to look.
///
/// @param beam how many items a graph search keeps track of (`ef` of the HNSW paper, arXiv
///     1603.09320, algorithm 2): more gives more recall and takes longer. 0 takes
///     [#BEAM_PER_CANDIDATE] times k; else at most [#MAX_BEAM]. Never less than k is used.
/// @param plan who decides between graph and scan
public record SearchOptions(int beam, SearchPlan plan) {

  /// Widest beam: twice the largest k. Beyond that a scan is exact and, measured, faster.
  public static final int MAX_BEAM = 2 * ItemIndex.MAX_K;

  /// The default beam over k: on 100,000 clustered vectors of 64 values it gives recall .99 at
  /// K = 500 and .96 at K = 100, where the beam of k alone gives .94 and .83.
  public static final int BEAM_PER_CANDIDATE = 3;

  /// The default beam is at least this, since small beams lose recall at small k.
  public static final int MIN_DEFAULT_BEAM = 200;

  /// Beam by k, planner's choice.
  public static final SearchOptions DEFAULT = new SearchOptions(0, SearchPlan.AUTO);

  /// The planner replaced by the exact scan.
  public static final SearchOptions EXACT = new SearchOptions(0, SearchPlan.EXACT);

  public SearchOptions {
    if (beam < 0 || beam > MAX_BEAM) {
      throw new IllegalArgumentException(
          "beam=%d must be within 1..%d, or 0 to choose it by k".formatted(beam, MAX_BEAM));
    }
  }

  /// The graph is always walked, with this beam.
  public static SearchOptions graph(int beam) {
    return new SearchOptions(beam, SearchPlan.GRAPH);
  }

  /// The beam used for this k.
  public int beamFor(int k) {
    if (beam == 0) {
      return Math.min(MAX_BEAM, Math.max(MIN_DEFAULT_BEAM, k * BEAM_PER_CANDIDATE));
    }
    return Math.max(beam, k);
  }
}
