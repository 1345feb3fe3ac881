package dev.hstu.retrieval.explain;

import dev.hstu.retrieval.retrieve.RetrievalQuery;
import java.util.List;
import java.util.Map;

/// Why a query leaves items out by their ids, which itself says only that it does.
///
/// @param listed those that the request lists
/// @param servedAt those that were served to its user lately, and when last, whole seconds
public record LeftOut(List<String> listed, Map<String, Long> servedAt) {

  public LeftOut {
    listed = List.copyOf(listed);
    servedAt = Map.copyOf(servedAt);
  }

  /// Of a query whose request lists all that it leaves out.
  public static LeftOut listed(RetrievalQuery query) {
    return new LeftOut(List.of(query.excludedItemIds()), Map.of());
  }
}
