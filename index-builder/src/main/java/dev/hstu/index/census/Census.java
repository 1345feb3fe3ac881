package dev.hstu.index.census;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.live.LiveSnapshot;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.RepairedIndex;
import java.io.IOException;
import java.util.BitSet;
import java.util.stream.IntStream;

/// Counts the items that can be found. It reads the index's structure, not what some queries
/// return: over a graph it goes every way a walk can go, so what it misses no search comes to.
///
/// Reads every neighbour list once: some seconds a million items.
public final class Census {

  private Census() {}

  /// The items of a generation.
  public static CensusReport of(Generation generation) throws IOException {
    return of(generation.index(), ItemView.of(generation.catalog()));
  }

  /// The items of one moment: live ones must be reachable, dead ones not.
  public static CensusReport of(LiveSnapshot snapshot) throws IOException {
    return of(snapshot.index(), snapshot.items());
  }

  /// An index over all rows of a view.
  public static CensusReport of(ItemIndex index, ItemView items) throws IOException {
    BitSet reached = reached(index);
    BitSet live = new BitSet(items.rows());
    int misplaced = 0;
    for (int row = 0; row < items.rows(); row++) {
      if (items.isLive(row)) {
        live.set(row);
        misplaced += items.rowOf(items.idAt(row)) == row ? 0 : 1;
      }
    }
    BitSet unreachable = (BitSet) live.clone();
    unreachable.andNot(reached);
    reached.andNot(live);
    return new CensusReport(
        live.cardinality(), unreachable.stream().toArray(), reached.cardinality(), misplaced);
  }

  /// The rows of an index that is all live that no search comes to, ascending.
  public static int[] unreachable(ItemIndex index) throws IOException {
    BitSet reached = reached(index);
    return IntStream.range(0, index.size()).filter(row -> !reached.get(row)).toArray();
  }

  /// The same index with nothing unreachable.
  ///
  /// @param vectors of all its rows
  /// @throws IllegalArgumentException when more than [RepairedIndex#MAX_ROWS] rows are unreachable
  public static ItemIndex repaired(ItemIndex index, VectorMatrix vectors) throws IOException {
    int[] unreachable = unreachable(index);
    return unreachable.length == 0 ? index : new RepairedIndex(index, vectors, unreachable);
  }

  private static BitSet reached(ItemIndex index) throws IOException {
    BitSet reached = new BitSet(index.size());
    index.forEachReachable(reached::set);
    return reached;
  }
}
