package dev.hstu.index.tune;

import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import java.util.ArrayList;
import java.util.List;

/// The ways of searching an index from cheap to thorough, and climbing them until a recall is
/// reached.
final class SearchLadder {

  /// Recalls to ask of partitions: the columns of their probe tables.
  private static final double[] RECALLS = {.8, .9, .95, .97, .98, .99, .995, .999, 1};

  /// Beams of a graph, over k.
  private static final double[] BEAMS_OVER_K = {
    1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 14, 20, 28, 40
  };

  private SearchLadder() {}

  /// Every step, from the cheapest.
  static List<SearchDefaults> steps(IndexSettings settings, int k) {
    List<SearchDefaults> steps = new ArrayList<>();
    switch (settings.type()) {
      case EXACT -> steps.add(SearchDefaults.DEFAULT);
      case PARTITIONS -> {
        for (double recall : RECALLS) {
          steps.add(new SearchDefaults(0, recall));
        }
      }
      case GRAPH -> {
        for (double over : BEAMS_OVER_K) {
          int beam = (int) Math.min(SearchOptions.MAX_BEAM, Math.ceil(over * k));
          steps.add(new SearchDefaults(beam, SearchOptions.DEFAULT_RECALL));
        }
      }
    }
    return steps;
  }

  /// Measures step after step up to the first that promises the recall, or to the last.
  static List<SearchPoint> climb(
      ItemIndex index, IndexSettings settings, QuerySample queries, TuningGoal goal) {
    List<SearchPoint> points = new ArrayList<>();
    for (SearchDefaults step : steps(settings, goal.k())) {
      SearchOptions options = step.options(SearchPlan.INDEX);
      // The first searches after opening read the files.
      QuerySample.Recall recall = queries.recall(index, options);
      QuerySample.Latency latency = queries.latency(index, options);
      SearchPoint point =
          new SearchPoint(
              step,
              recall.mean(),
              recall.standardError(),
              latency.p50Micros(),
              latency.p99Micros());
      points.add(point);
      if (point.promises(goal.recall())) {
        break;
      }
    }
    return points;
  }
}
