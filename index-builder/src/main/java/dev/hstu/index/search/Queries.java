package dev.hstu.index.search;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// The bounds of a search, checked once so that the kernels needn't.
final class Queries {

  private Queries() {}

  static void require(float[] query, int dimension, int k) {
    if (k < 1 || k > ItemIndex.MAX_K) {
      throw new IllegalArgumentException("k=%d must be within 1..%d".formatted(k, ItemIndex.MAX_K));
    }
    if (query.length != dimension) {
      throw new IllegalArgumentException(
          "query has %d values, the index %d; was it encoded by another model?"
              .formatted(query.length, dimension));
    }
    for (int i = 0; i < query.length; i++) {
      // Written so that NaN, which compares false, is refused too.
      if (!(Math.abs(query[i]) <= ItemIndex.MAX_QUERY_VALUE)) {
        throw new IllegalArgumentException(
            "query[%d]=%s must be finite and at most %s in magnitude"
                .formatted(i, query[i], ItemIndex.MAX_QUERY_VALUE));
      }
    }
  }

  static void requireBatch(float[][] queries, List<?> filters, List<Candidates> targets) {
    if (filters.size() != queries.length || targets.size() < queries.length) {
      throw new IllegalArgumentException(
          "%d queries came with %d filters and %d targets; give one of each per query"
              .formatted(queries.length, filters.size(), targets.size()));
    }
    Set<Candidates> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < queries.length; i++) {
      if (!distinct.add(targets.get(i))) {
        throw new IllegalArgumentException(
            "targets[%d] is an earlier query's too; give each query its own".formatted(i));
      }
    }
  }
}
