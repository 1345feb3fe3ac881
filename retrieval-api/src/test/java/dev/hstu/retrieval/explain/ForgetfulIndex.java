package dev.hstu.retrieval.explain;

import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.roaringbitmap.RoaringBitmap;

/// An index whose approximate searches don't find all they should, planted to be known: some rows
/// no search comes to, as in a graph with a broken neighbourhood, and some each query misses of its
/// own, as with too small a beam. The exact scan sees everything.
///
/// @param missOneIn how many rows there are to one that a query misses
record ForgetfulIndex(ItemIndex index, RoaringBitmap lost, int missOneIn) implements ItemIndex {

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
    int own = Arrays.hashCode(query);
    ItemFilter found = row -> !lost.contains(row) && Math.floorMod(row * 31 + own, missOneIn) != 0;
    boolean exact = options.plan() == SearchPlan.EXACT;
    index.search(query, k, exact ? filter : filter.and(found), options, target);
  }

  @Override
  public void forEachReachable(IntConsumer row) throws IOException {
    index.forEachReachable(
        r -> {
          if (!lost.contains(r)) {
            row.accept(r);
          }
        });
  }
}
