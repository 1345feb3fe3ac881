package dev.hstu.retrieval.retrieve;

import dev.hstu.index.search.ItemFilter;
import dev.hstu.kernels.tables.IdTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The items with the most interactions, most first, equal counts by catalogue row: what a user
/// without a known event gets. Immutable.
public final class PopularItems {

  private final int[] rows;
  private final float[] counts;

  private PopularItems(int[] rows, float[] counts) {
    this.rows = rows;
    this.counts = counts;
  }

  /// Picks the first of a catalogue.
  ///
  /// @param interactions long[catalogue size], read only here
  /// @param most how many to keep: the largest k and everything a request may exclude together, so
  ///     that no request finds the list too short
  public static PopularItems of(long[] interactions, int most) {
    int items = interactions.length;
    int kept = Math.min(items, most);
    long[] best = new long[2 * kept];
    int size = 0;
    long floor = Long.MIN_VALUE;
    for (int row = 0; row < items; row++) {
      long key = key(row, interactions[row]);
      if (key > floor) {
        best[size++] = key;
        if (size == best.length) {
          floor = keepUpperHalf(best);
          size = kept;
        }
      }
    }
    Arrays.sort(best, 0, size);
    return fromAscending(best, size, kept);
  }

  /// Fills a list with the first `k` items that pass the filter, or fewer if there are no more.
  ///
  /// @return most popular first
  List<Candidate> first(int k, ItemFilter filter, IdTable ids) {
    List<Candidate> first = new ArrayList<>(Math.min(k, rows.length));
    for (int i = 0; i < rows.length && first.size() < k; i++) {
      if (filter.accepts(rows[i])) {
        first.add(new Candidate(ids.idAt(rows[i]), counts[i]));
      }
    }
    return first;
  }

  /// Orders by count, then by lower row, in one comparison; counts beyond an int rank alike.
  private static long key(int row, long interactions) {
    long count = Math.clamp(interactions, 0, Integer.MAX_VALUE);
    return count << Integer.SIZE | (Integer.MAX_VALUE - row);
  }

  /// Moves the best half to the front.
  ///
  /// @return the least key kept
  private static long keepUpperHalf(long[] keys) {
    Arrays.sort(keys);
    int half = keys.length / 2;
    System.arraycopy(keys, half, keys, 0, half);
    return keys[0];
  }

  private static PopularItems fromAscending(long[] keys, int size, int kept) {
    int[] rows = new int[kept];
    float[] counts = new float[kept];
    for (int i = 0; i < kept; i++) {
      long key = keys[size - 1 - i];
      rows[i] = Integer.MAX_VALUE - (int) key;
      counts[i] = key >>> Integer.SIZE;
    }
    return new PopularItems(rows, counts);
  }
}
