package dev.hstu.index.format;

/// Which documents of a segment may be found.
@FunctionalInterface
public interface DocumentFilter {

  /// Every document. Recognised by identity, so that it costs nothing.
  DocumentFilter ALL = document -> true;

  /// Whether a document may be found.
  boolean accepts(int document);
}
