package dev.hstu.index.search;

/// Hears how far a graph build is. Called often and, for [#linked], from several threads; cheap.
public interface GraphProgress {

  /// So many of `total` vectors are on disk.
  void added(int done, int total);

  /// So many of `total` vectors are linked into the graph.
  void linked(int done, int total);

  /// Hears nothing.
  GraphProgress NONE =
      new GraphProgress() {
        @Override
        public void added(int done, int total) {}

        @Override
        public void linked(int done, int total) {}
      };
}
