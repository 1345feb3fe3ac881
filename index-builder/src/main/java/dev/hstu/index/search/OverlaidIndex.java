package dev.hstu.index.search;

import dev.hstu.index.format.DocumentFilter;
import dev.hstu.index.format.OverlaidPartitions;
import dev.hstu.index.format.PartitionSearch;
import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/// An index that doesn't change, and later rows in partitions of their own: rows of the base that
/// died since are filtered out, and what the later rows have better takes the place of the worst
/// found.
///
/// The later rows are swept for their share of the k, and once more for all of k where they had
/// more to give than twice that: new items often resemble one another.
final class OverlaidIndex implements ItemIndex {

  /// Least recall that later rows are swept for, however little the options ask of the base: they
  /// are few, and a floor from the base's best makes them cheap.
  private static final double LATER_RECALL = 0.95;

  /// Later rows are first swept for their share of k, times this, …
  private static final int SHARE_MARGIN = 2;

  /// … and so many more.
  private static final int LEAST_SHARE = 32;

  /// Rows asked of a filter to learn what share passes.
  private static final int SAMPLED_ROWS = 64;

  private final ItemIndex base;
  private final UnaryOperator<ItemFilter> live;
  private final OverlaidPartitions later;
  private final int rows;

  /// @param live narrows a filter to live rows of the base; the filter itself where all are live
  /// @param later exactly the live rows after the base's
  /// @param rows of base and later, dead ones included
  OverlaidIndex(
      ItemIndex base, UnaryOperator<ItemFilter> live, OverlaidPartitions later, int rows) {
    this.base = base;
    this.live = live;
    this.later = later;
    this.rows = rows;
  }

  /// Rows, dead ones included.
  @Override
  public int size() {
    return rows;
  }

  @Override
  public int dimension() {
    return base.dimension();
  }

  @Override
  public void search(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    base.search(query, k, live.apply(filter), options, target);
    addLater(query, k, filter, options, target);
  }

  @Override
  public void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    Queries.requireBatch(queries, filters, targets);
    base.searchBatch(queries, k, filters.stream().map(live).toList(), options, targets);
    for (int i = 0; i < queries.length; i++) {
      addLater(queries[i], k, filters.get(i), options, targets.get(i));
    }
  }

  @Override
  public void forEachReachable(IntConsumer row) throws IOException {
    ItemFilter alive = live.apply(ItemFilter.all());
    base.forEachReachable(
        r -> {
          if (alive.accepts(r)) {
            row.accept(r);
          }
        });
    later.forEachReachable(row);
  }

  private void addLater(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    if (later.size() == 0) {
      return;
    }
    SearchPath path = target.path();
    target.reopen(Math.min(k, Math.max(1, rows)));
    PartitionSearch search = target.partitionSearch();
    DocumentFilter accepting = filter == ItemFilter.all() ? DocumentFilter.ALL : filter::accepts;
    double passing = filter == ItemFilter.all() ? 1 : passingShare(filter);
    float floor = target.best.floor();
    double share = (double) later.size() / ((long) base.size() + later.size());
    double expected = Math.min(k, SHARE_MARGIN * k * share + LEAST_SHARE);
    int probes = probes(expected / passing, options);
    search.search(later, query, k, probes, floor, accepting);
    target.addVisited(search.visited());
    int allProbes = probes(k / passing, options);
    if (search.size() > expected && allProbes > probes) {
      search.search(later, query, k, allProbes, floor, accepting);
      target.addVisited(search.visited());
    }
    search.forEach((row, product) -> target.best.offer(row, product));
    target.finish(path);
  }

  private int probes(double k, SearchOptions options) {
    return options.plan() == SearchPlan.EXACT
        ? later.count()
        : later.probes(k, Math.max(LATER_RECALL, options.recallOrDefault()));
  }

  /// The share of later rows that pass, by a sample, less a standard error; above 0.
  private double passingShare(ItemFilter filter) {
    int passed = 0;
    long count = (long) rows - base.size();
    for (int i = 0; i < SAMPLED_ROWS; i++) {
      if (filter.accepts(base.size() + (int) (i * count / SAMPLED_ROWS))) {
        passed++;
      }
    }
    return Math.max(0.5, passed - Math.sqrt(passed)) / SAMPLED_ROWS;
  }
}
