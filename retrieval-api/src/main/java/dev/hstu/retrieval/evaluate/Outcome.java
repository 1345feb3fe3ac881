package dev.hstu.retrieval.evaluate;

import dev.hstu.index.search.SearchDefaults;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The counters of an [Evaluation] over all its cases.
public final class Outcome {

  private final Map<SeenFilter, FilterSums> sums = new EnumMap<>(SeenFilter.class);
  int unknownTargets;

  Outcome(
      List<SeenFilter> filters,
      SearchDefaults search,
      boolean withIndex,
      List<Slicing> slicings,
      @Nullable CataloguePopularity listed) {
    filters.forEach(
        filter -> sums.put(filter, new FilterSums(filter, search, withIndex, slicings, listed)));
  }

  FilterSums sums(SeenFilter filter) {
    FilterSums measured = sums.get(filter);
    if (measured == null) {
      throw new IllegalArgumentException(filter.label() + " was not measured");
    }
    return measured;
  }

  void addAll(Outcome other) {
    unknownTargets += other.unknownTargets;
    other.sums.forEach((filter, part) -> sums(filter).addAll(part));
  }

  /// Targets the model's vocabulary lacks.
  public int unknownTargets() {
    return unknownTargets;
  }

  /// The exact ranking's metrics.
  public RankingMetrics.Summary exact(SeenFilter filter) {
    return sums(filter).exact();
  }

  /// Every ranking that was measured.
  public List<EvaluationReport.Ranking> rankings() {
    return sums.values().stream().flatMap(part -> part.rankings().stream()).toList();
  }

  /// The same rankings over the parts of the cases.
  List<Slice> slices() {
    return sums.values().stream().flatMap(part -> part.slices().stream()).toList();
  }

  /// What the lists are like.
  List<ListQuality> lists() {
    return sums.values().stream().flatMap(part -> part.listQualities().stream()).toList();
  }
}
