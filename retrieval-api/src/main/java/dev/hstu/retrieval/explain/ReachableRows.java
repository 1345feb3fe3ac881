package dev.hstu.retrieval.explain;

import dev.hstu.index.search.ItemIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Which rows some search can come to, counted when first asked for and kept for as long as the
/// same index is searched: a bit a row, and some seconds a million rows of a graph. For any number
/// of threads; one counts while others wait.
final class ReachableRows {

  private @Nullable ItemIndex index;
  private BitSet reachable = new BitSet();

  /// Whether a row is among them.
  synchronized boolean holds(ItemIndex now, int row) {
    if (index != now) {
      BitSet reached = new BitSet(now.size());
      try {
        now.forEachReachable(reached::set);
      } catch (IOException e) {
        throw new UncheckedIOException("the index can't be read", e);
      }
      reachable = reached;
      index = now;
    }
    return reachable.get(row);
  }
}
