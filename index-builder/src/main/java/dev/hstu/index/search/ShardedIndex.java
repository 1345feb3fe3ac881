package dev.hstu.index.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// Several shards that answer as one. Each is asked for its own best k, and of all these the best k
/// are kept, which loses nothing: an item among the best k of the whole is among the best k of its
/// shard.
final class ShardedIndex implements ItemIndex {

  private final List<ShardRange> ranges;
  private final List<ItemIndex> parts;
  private final ShardThreads threads;
  private final int size;

  /// @param parts as many as ranges, each over the rows of its range
  /// @param threads owned by the caller
  ShardedIndex(List<ShardRange> ranges, List<ItemIndex> parts, ShardThreads threads) {
    this.ranges = List.copyOf(ranges);
    this.parts = List.copyOf(parts);
    this.threads = threads;
    this.size = ranges.getLast().firstRow() + ranges.getLast().rows();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int dimension() {
    return parts.getFirst().dimension();
  }

  @Override
  public void search(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    Queries.require(query, dimension(), k);
    target.reserveParts(parts.size());
    threads.run(
        parts.size(),
        s -> parts.get(s).search(query, k, within(s, filter), options, target.part(s)));
    merge(k, target);
  }

  @Override
  public void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    Queries.requireBatch(queries, filters, targets);
    List<Candidates> used = targets.subList(0, queries.length);
    for (int i = 0; i < queries.length; i++) {
      Queries.require(queries[i], dimension(), k);
      used.get(i).reserveParts(parts.size());
    }
    threads.run(parts.size(), s -> searchBatch(s, queries, k, filters, options, used));
    used.forEach(target -> merge(k, target));
  }

  private void searchBatch(
      int shard,
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    List<ItemFilter> within = new ArrayList<>(filters.size());
    filters.forEach(filter -> within.add(within(shard, filter)));
    List<Candidates> found = targets.stream().map(target -> target.part(shard)).toList();
    parts.get(shard).searchBatch(queries, k, within, options, found);
  }

  @Override
  public void forEachReachable(IntConsumer row) throws IOException {
    for (int s = 0; s < parts.size(); s++) {
      int firstRow = ranges.get(s).firstRow();
      parts.get(s).forEachReachable(r -> row.accept(firstRow + r));
    }
  }

  private ItemFilter within(int shard, ItemFilter filter) {
    int firstRow = ranges.get(shard).firstRow();
    // The filter for all is recognised by identity.
    return filter == ItemFilter.all() || firstRow == 0 ? filter : new ShardFilter(filter, firstRow);
  }

  private void merge(int k, Candidates target) {
    target.begin(Math.min(k, Math.max(1, size)));
    SearchPath path = SearchPath.EXACT_PLANNED;
    for (int s = 0; s < parts.size(); s++) {
      Candidates part = target.part(s);
      int firstRow = ranges.get(s).firstRow();
      for (int i = 0; i < part.size(); i++) {
        if (!target.best.offer(firstRow + part.row(i), part.score(i))) {
          break; // all that follow are worse
        }
      }
      target.addVisited(part.visited());
      path = path.with(part.path());
    }
    target.finish(path);
  }
}
