package dev.hstu.index.search;

import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;

/// Finds the items with the highest inner product with a query.
///
/// The contract of every implementation:
/// - exactly `k` candidates, or all items that pass the filter when those are fewer;
/// - no candidate violates the filter;
/// - scores are full-precision float32 inner products, the same bits from every implementation over
///   the same vectors on one machine; descending, equal scores by ascending row;
/// - which items are among the k may be approximate ([Candidates#path] says how they were found).
///
/// Rows are catalogue rows, 0-based. Any number of threads may search at once, each with its own
/// [Candidates].
public interface ItemIndex {

  /// Largest k: room for a ranking stage's widest request, small enough for a heap in cache.
  int MAX_K = 10_000;

  /// Largest magnitude of a query's values; keeps products and their sums finite in float32.
  float MAX_QUERY_VALUE = 1e16f;

  /// The number of items.
  int size();

  /// The length of the vectors.
  int dimension();

  /// Finds the best k and leaves them in `target`, whose former content is lost.
  ///
  /// @param query float `[dimension]`, finite; read only during the call
  /// @param k 1..[#MAX_K]; may exceed [#size]
  /// @throws IllegalArgumentException when query or k is out of bounds
  /// @throws java.io.UncheckedIOException when the index cannot be read
  void search(float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target);

  /// Hands over, in any order and perhaps repeatedly, each row that some search can return by way
  /// of
  /// the index, that is without the scan that stands in where an index finds too few. A row that is
  /// never handed over is lost to most searches.
  ///
  /// @throws IOException when the index cannot be read
  default void forEachReachable(IntConsumer row) throws IOException {
    for (int r = 0; r < size(); r++) {
      row.accept(r);
    }
  }

  /// Searches several queries, each with its own filter, as [#search] would one by one: the same
  /// candidates and scores to the bit. Implementations may share one sweep over the vectors.
  ///
  /// @param queries float `[n][dimension]`
  /// @param filters n, one per query
  /// @param targets at least n, the first n are filled; distinct objects
  default void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    Queries.requireBatch(queries, filters, targets);
    for (int i = 0; i < queries.length; i++) {
      search(queries[i], k, filters.get(i), options, targets.get(i));
    }
  }
}
