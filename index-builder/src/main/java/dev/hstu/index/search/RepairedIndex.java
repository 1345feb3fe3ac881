package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.InnerProducts;
import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;

/// An index that cannot come to some of its rows by itself, and those rows beside it, compared with
/// every query. Fit for a few: each costs every search one inner product.
public final class RepairedIndex implements ItemIndex {

  /// Most rows repaired so: comparing them takes about as long as a search.
  public static final int MAX_ROWS = 10_000;

  private final ItemIndex index;
  private final VectorMatrix vectors;
  private final int[] unreachable;

  /// @param vectors of all rows of the index
  /// @param unreachable distinct rows, at most [#MAX_ROWS]; copied
  public RepairedIndex(ItemIndex index, VectorMatrix vectors, int[] unreachable) {
    if (unreachable.length > MAX_ROWS) {
      throw new IllegalArgumentException(
          "%d rows are unreachable, at most %d can be searched one by one; build the index anew"
              .formatted(unreachable.length, MAX_ROWS));
    }
    for (int row : unreachable) {
      if (row < 0 || row >= vectors.rows()) {
        throw new IllegalArgumentException(
            "unreachable row %d must be within 0..%d".formatted(row, vectors.rows() - 1));
      }
    }
    this.index = index;
    this.vectors = vectors;
    this.unreachable = unreachable.clone();
  }

  @Override
  public int size() {
    return index.size();
  }

  @Override
  public int dimension() {
    return index.dimension();
  }

  @Override
  public void search(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    index.search(query, k, filter, options, target);
    addUnreachable(query, k, filter, target);
  }

  @Override
  public void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    index.searchBatch(queries, k, filters, options, targets);
    for (int i = 0; i < queries.length; i++) {
      addUnreachable(queries[i], k, filters.get(i), targets.get(i));
    }
  }

  @Override
  public void forEachReachable(IntConsumer row) throws IOException {
    index.forEachReachable(row);
    for (int repaired : unreachable) {
      row.accept(repaired);
    }
  }

  private void addUnreachable(float[] query, int k, ItemFilter filter, Candidates target) {
    int found = target.size();
    boolean full = found == k;
    float floor = full ? target.score(k - 1) : Float.NEGATIVE_INFINITY;
    SearchPath path = target.path();
    boolean reopened = false;
    for (int row : unreachable) {
      float score = InnerProducts.ofRow(query, vectors, row);
      // Where a scan stood in for the index, the row may have been found already.
      if (score >= floor && filter.accepts(row) && !target.holds(row, found)) {
        if (!reopened) {
          target.reopen(Math.min(k, Math.max(1, size())));
          reopened = true;
        }
        target.best.offer(row, score);
      }
    }
    target.addVisited(unreachable.length);
    if (reopened) {
      target.finish(path);
    }
  }
}
