package dev.hstu.benchmarks.contenders;

import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/// One of our indexes, asked as the service asks it.
final class ItemIndexContender extends InProcess {

  /// How an index is asked.
  ///
  /// @param efforts by k
  /// @param options by effort
  record Asking(IntFunction<Efforts> efforts, IntFunction<SearchOptions> options) {}

  private final ItemIndex searched;
  private final Asking asking;
  private final float[][] queries;
  private final List<Candidates> targets = new ArrayList<>();
  private final List<ItemFilter> filters;

  /// @param searched closed with this where it can be
  ItemIndexContender(
      String name,
      String index,
      int batch,
      IndexCost cost,
      ItemIndex searched,
      Asking asking,
      float[][] queries) {
    super(name, index, batch, cost);
    this.searched = searched;
    this.asking = asking;
    this.queries = queries;
    for (int i = 0; i < batch; i++) {
      targets.add(new Candidates(1));
    }
    this.filters = Collections.nCopies(batch, ItemFilter.all());
  }

  @Override
  public Efforts efforts(int k) {
    return asking.efforts().apply(k);
  }

  @Override
  void call(int first, int count, int k, int effort, int[] rows, int offset) {
    SearchOptions options = asking.options().apply(effort);
    if (batch() == 1) {
      searched.search(queries[first], k, ItemFilter.all(), options, targets.get(0));
    } else {
      float[][] asked = Arrays.copyOfRange(queries, first, first + count);
      searched.searchBatch(asked, k, filters.subList(0, count), options, targets);
    }
    for (int q = 0; q < count; q++) {
      Candidates found = targets.get(q);
      for (int i = 0; i < found.size(); i++) {
        rows[offset + q * k + i] = found.row(i);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (searched instanceof Closeable open) {
      open.close();
    }
  }
}
