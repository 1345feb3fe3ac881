package dev.hstu.retrieval.users;

import java.util.List;

/// A list that was served, in whatever form it was sent; its ids are read once somebody needs them,
/// off the path of the request.
public interface ServedList {

  /// External ids of the items.
  List<String> itemIds();

  /// Heap taken, about.
  int bytes();
}
