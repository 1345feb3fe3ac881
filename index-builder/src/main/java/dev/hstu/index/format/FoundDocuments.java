package dev.hstu.index.format;

/// Takes what a search found.
@FunctionalInterface
public interface FoundDocuments {

  /// Takes one document and its full-precision inner product with the query.
  void accept(int document, float product);
}
