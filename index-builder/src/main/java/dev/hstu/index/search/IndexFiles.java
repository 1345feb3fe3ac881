package dev.hstu.index.search;

import java.util.List;

/// What the files of an index hold, by their names.
public final class IndexFiles {

  /// Extensions of float32 vectors: our format's and Lucene's.
  private static final List<String> VECTORS = List.of(".ipv", ".vec");

  private IndexFiles() {}

  /// Whether it holds float32 vectors, which only rescoring reads where the index has codes.
  public static boolean holdsVectors(String name) {
    return VECTORS.stream().anyMatch(name::endsWith);
  }
}
