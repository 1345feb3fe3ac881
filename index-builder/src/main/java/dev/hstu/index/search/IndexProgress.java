package dev.hstu.index.search;

/// Hears how far the build of an index is. Called often and, for [#linked], from several threads;
/// cheap.
public interface IndexProgress {

  /// So many of `total` vectors are on disk.
  void added(int done, int total);

  /// So many of `total` vectors are linked into the graph, or lie in their partition.
  void linked(int done, int total);

  /// Hears nothing.
  IndexProgress NONE =
      new IndexProgress() {
        @Override
        public void added(int done, int total) {}

        @Override
        public void linked(int done, int total) {}
      };
}
