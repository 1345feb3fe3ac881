package dev.hstu.index.search;

import dev.hstu.index.format.DocumentFilter;
import dev.hstu.index.format.PartitionSearch;
import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/// An index that doesn't change, and later rows over it: rows of the base that died since are
/// filtered out, and what the later rows have better takes the place of the worst found.
///
/// Each later segment is swept for its share of the k, and once more for all of k where it had more
/// to give than twice that: new items often resemble one another.
public final class OverlaidIndex implements ItemIndex {

  /// Least recall that later segments aim at, however little the options ask of the base: they are
  /// small, and a floor from the base's best makes them cheap.
  private static final double LATER_RECALL = 0.95;

  /// A segment is first swept for its share of k, times this, …
  private static final int SHARE_MARGIN = 2;

  /// … and so many more.
  private static final int LEAST_SHARE = 32;

  /// Rows asked of a filter to learn what share passes.
  private static final int SAMPLED_ROWS = 64;

  private final ItemIndex base;
  private final UnaryOperator<ItemFilter> live;
  private final List<LaterSegment> later;
  private final int rows;
  private final long laterVectors;

  /// @param live narrows a filter to live rows of the base; the filter itself where all are live
  /// @param later segments whose live documents are exactly the live rows after the base's
  /// @param rows of base and later, dead ones included
  public OverlaidIndex(
      ItemIndex base, UnaryOperator<ItemFilter> live, List<LaterSegment> later, int rows) {
    this.base = base;
    this.live = live;
    this.later = List.copyOf(later);
    this.rows = rows;
    this.laterVectors = later.stream().mapToLong(segment -> segment.partitions().size()).sum();
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
    for (LaterSegment segment : later) {
      DocumentFilter accepting = segment.accepting(ItemFilter.all());
      segment
          .partitions()
          .forEachReachable(
              document -> {
                if (accepting.accepts(document)) {
                  row.accept(segment.rows()[document]);
                }
              });
    }
  }

  private void addLater(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    if (later.isEmpty()) {
      return;
    }
    SearchPath path = target.path();
    target.reopen(Math.min(k, Math.max(1, rows)));
    double passing = filter == ItemFilter.all() ? 1 : passingShare(filter);
    for (LaterSegment segment : later) {
      sweep(segment, query, k, filter, passing, options, target);
    }
    target.finish(path);
  }

  private void sweep(
      LaterSegment segment,
      float[] query,
      int k,
      ItemFilter filter,
      double passing,
      SearchOptions options,
      Candidates target) {
    PartitionSearch search = target.partitionSearch();
    float floor = target.best.floor();
    double share = (double) segment.partitions().size() / (base.size() + laterVectors);
    double expected = Math.min(k, SHARE_MARGIN * k * share + LEAST_SHARE);
    int probes = probes(segment, expected / passing, options);
    search.search(segment.partitions(), query, k, probes, floor, segment.accepting(filter));
    target.addVisited(search.visited());
    int allProbes = probes(segment, k / passing, options);
    if (search.size() > expected && allProbes > probes) {
      search.search(segment.partitions(), query, k, allProbes, floor, segment.accepting(filter));
      target.addVisited(search.visited());
    }
    search.forEach((document, product) -> target.best.offer(segment.rows()[document], product));
  }

  private static int probes(LaterSegment segment, double k, SearchOptions options) {
    return options.plan() == SearchPlan.EXACT
        ? segment.partitions().count()
        : segment.partitions().probes(k, Math.max(LATER_RECALL, options.recallOrDefault()));
  }

  /// The share of later rows that pass, by a sample, less a standard error; above 0.
  private double passingShare(ItemFilter filter) {
    int passed = 0;
    for (int i = 0; i < SAMPLED_ROWS; i++) {
      LaterSegment segment = later.get(i % later.size());
      int document = (int) ((long) i * segment.rows().length / SAMPLED_ROWS);
      if (filter.accepts(segment.rows()[document])) {
        passed++;
      }
    }
    return Math.max(0.5, passed - Math.sqrt(passed)) / SAMPLED_ROWS;
  }
}
