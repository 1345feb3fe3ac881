package dev.hstu.index.search;

/// How hard an index is searched by whoever doesn't say so; stored with it, since what is right
/// depends on its data.
///
/// @param beam of a graph, as [SearchOptions#beam]: 0 chooses by k
/// @param recall of partitions, as [SearchOptions#recall], above 0
public record SearchDefaults(int beam, double recall) {

  public static final SearchDefaults DEFAULT = new SearchDefaults(0, SearchOptions.DEFAULT_RECALL);

  public SearchDefaults {
    if (recall == 0) {
      throw new IllegalArgumentException("recall=0 must be above 0 and at most 1");
    }
    // The bounds of both are those of a search.
    new SearchOptions(beam, SearchPlan.AUTO, recall);
  }

  /// Options of a search.
  ///
  /// @param chosenBeam instead of the stored one, or 0 for that
  /// @param chosenRecall instead of the stored one, or 0 for that
  public SearchOptions options(SearchPlan plan, int chosenBeam, double chosenRecall) {
    return new SearchOptions(
        chosenBeam == 0 ? beam : chosenBeam, plan, chosenRecall == 0 ? recall : chosenRecall);
  }

  /// Options of a search, as stored.
  public SearchOptions options(SearchPlan plan) {
    return options(plan, 0, 0);
  }
}
