package dev.hstu.retrieval.evaluate;

import dev.hstu.index.search.SearchDefaults;
import dev.hstu.index.search.SearchPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The counters of one filter: every ranking over all cases and in every slice, and what lists are
/// like. Not thread-safe.
final class FilterSums {

  /// Ways in which an index is asked: as a service asks it, and with the planner held to it.
  static final int INDEX_MEASURES = 2;

  private static final String EXACT = "exact";
  private static final String INDEX = "index";

  private final SeenFilter filter;
  private final List<Slicing> slicings;
  private final boolean withIndex;
  private final RankingMetrics exact = new RankingMetrics();
  private final RankingMetrics popularity = new RankingMetrics();
  private final List<IndexMeasure> throughIndex;
  private final List<ListCounts> lists = new ArrayList<>();

  /// By slicing and part.
  private final RankingMetrics[][] exactSlices;

  private final RankingMetrics[][] indexSlices;

  FilterSums(
      SeenFilter filter,
      SearchDefaults search,
      boolean withIndex,
      List<Slicing> slicings,
      @Nullable CataloguePopularity listed) {
    this.filter = filter;
    this.slicings = slicings;
    this.withIndex = withIndex;
    this.throughIndex =
        List.of(
            new IndexMeasure(INDEX, search.options(SearchPlan.AUTO)),
            new IndexMeasure("unplanned", search.options(SearchPlan.INDEX)));
    this.exactSlices = slices(slicings);
    this.indexSlices = slices(slicings);
    if (listed != null) {
      for (int length : Detail.LIST_LENGTHS) {
        lists.add(new ListCounts(length, listed));
      }
    }
  }

  private static RankingMetrics[][] slices(List<Slicing> slicings) {
    RankingMetrics[][] slices = new RankingMetrics[slicings.size()][];
    for (int s = 0; s < slices.length; s++) {
      slices[s] = new RankingMetrics[slicings.get(s).labels().size()];
      Arrays.setAll(slices[s], part -> new RankingMetrics());
    }
    return slices;
  }

  List<IndexMeasure> throughIndex() {
    return throughIndex;
  }

  List<ListCounts> lists() {
    return lists;
  }

  void addPopularity(long rank) {
    add(popularity, rank);
  }

  /// A case that can't be ranked: a miss by every ranking.
  void addMiss(int[] parts) {
    throughIndex.forEach(measure -> measure.addRank(0));
    addExact(0, 0, parts);
  }

  /// @param throughIndexRank counted in the slices only; the measure has it already
  /// @param parts of the case, by slicing
  void addExact(long exactRank, long throughIndexRank, int[] parts) {
    add(exact, exactRank);
    for (int s = 0; s < parts.length; s++) {
      add(exactSlices[s][parts[s]], exactRank);
      add(indexSlices[s][parts[s]], throughIndexRank);
    }
  }

  private static void add(RankingMetrics metrics, long rank) {
    if (rank == 0) {
      metrics.addMiss();
    } else {
      metrics.add(rank);
    }
  }

  void addAll(FilterSums other) {
    exact.addAll(other.exact);
    popularity.addAll(other.popularity);
    for (int m = 0; m < throughIndex.size(); m++) {
      throughIndex.get(m).addAll(other.throughIndex.get(m));
    }
    for (int l = 0; l < lists.size(); l++) {
      lists.get(l).addAll(other.lists.get(l));
    }
    for (int s = 0; s < exactSlices.length; s++) {
      for (int part = 0; part < exactSlices[s].length; part++) {
        exactSlices[s][part].addAll(other.exactSlices[s][part]);
        indexSlices[s][part].addAll(other.indexSlices[s][part]);
      }
    }
  }

  RankingMetrics.Summary exact() {
    return exact.summary();
  }

  List<EvaluationReport.Ranking> rankings() {
    List<EvaluationReport.Ranking> rankings = new ArrayList<>();
    String seen = filter.label();
    rankings.add(new EvaluationReport.Ranking(EXACT, seen, exact.summary(), null, null));
    if (withIndex) {
      throughIndex.forEach(measure -> rankings.add(measure.ranking(seen)));
    }
    rankings.add(
        new EvaluationReport.Ranking("popularity", seen, popularity.summary(), null, null));
    return rankings;
  }

  /// Parts without a case are left out.
  List<Slice> slices() {
    List<Slice> slices = new ArrayList<>();
    for (int s = 0; s < exactSlices.length; s++) {
      Slicing slicing = slicings.get(s);
      addSlices(slices, slicing, exactSlices[s], EXACT);
      if (withIndex) {
        addSlices(slices, slicing, indexSlices[s], INDEX);
      }
    }
    return slices;
  }

  private void addSlices(
      List<Slice> slices, Slicing slicing, RankingMetrics[] parts, String ranking) {
    for (int part = 0; part < parts.length; part++) {
      RankingMetrics.Summary metrics = parts[part].summary();
      if (metrics.users() > 0) {
        slices.add(
            new Slice(
                slicing.name(), slicing.labels().get(part), ranking, filter.label(), metrics));
      }
    }
  }

  List<ListQuality> listQualities() {
    return lists.stream()
        .filter(counts -> counts.lists() > 0)
        .map(counts -> counts.quality(withIndex ? INDEX : EXACT, filter.label()))
        .toList();
  }
}
