package dev.hstu.retrieval.retrieve;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.tables.IdTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The items with the most interactions, most first, equal counts by catalogue row: what a user
/// without a known event gets. Immutable.
public final class PopularItems {

  /// Looked at in some ten microseconds.
  private static final int ROWS_AT_ONCE = 4_096;

  private final long[] interactions;
  private final int[] rows;
  private final float[] counts;

  private PopularItems(long[] interactions, int[] rows, float[] counts) {
    this.interactions = interactions;
    this.rows = rows;
    this.counts = counts;
  }

  /// Picks the first of a catalogue.
  ///
  /// @param interactions long[catalogue size], shared and not to be changed
  /// @param most how many to keep: the largest k and everything a request may exclude together, so
  ///     that only narrow filters find the list too short
  public static PopularItems of(long[] interactions, int most) {
    return of(interactions, most, ItemFilter.all());
  }

  private static PopularItems of(long[] interactions, int most, ItemFilter filter) {
    int items = interactions.length;
    int kept = Math.min(items, most);
    long[] best = new long[2 * kept];
    int size = 0;
    long floor = Long.MIN_VALUE;
    int row = filter.nextAccepted(0, items);
    while (row < items) {
      long key = key(row, interactions[row]);
      if (key > floor) {
        best[size++] = key;
        if (size == best.length) {
          floor = keepUpperHalf(best);
          size = kept;
        }
      }
      row = filter.nextAccepted(row + 1, items);
      if (row % ROWS_AT_ONCE == 0) {
        BackgroundThreads.giveWay();
      }
    }
    Arrays.sort(best, 0, size);
    return fromAscending(interactions, best, size, Math.min(size, kept));
  }

  /// Fills a list with the first `k` items that pass the filter, or fewer if there are no more. A
  /// filter that leaves fewer than k of the list takes a pass over the catalogue. Items changed
  /// since the catalogue was made count as popular as before, deleted ones not at all, and new ones
  /// come last, without an interaction.
  ///
  /// @param filter of the rows of `items`
  /// @param items of the same catalogue
  /// @return most popular first
  List<Candidate> first(int k, ItemFilter filter, ItemView items) {
    ItemFilter passing = ofBase(filter, items);
    IdTable ids = items.base().ids();
    List<Candidate> first = new ArrayList<>(Math.min(k, rows.length));
    for (int i = 0; i < rows.length && first.size() < k; i++) {
      if (passing.accepts(rows[i])) {
        first.add(candidate(i, ids));
      }
    }
    if (first.size() < k && rows.length < interactions.length) {
      PopularItems all = of(interactions, k, passing);
      first.clear();
      for (int i = 0; i < all.rows.length; i++) {
        first.add(all.candidate(i, ids));
      }
    }
    for (int row = ids.size(); row < items.rows() && first.size() < k; row++) {
      if (isNew(row, items) && filter.accepts(row)) {
        first.add(new Candidate(items.idAt(row), 0));
      }
    }
    return first;
  }

  /// Where [#first] would place an item, with a k as large as it takes.
  ///
  /// @param row of the item
  /// @return at least 1, among the items that pass
  long rank(int row, ItemFilter filter, ItemView items) {
    ItemFilter passing = ofBase(filter, items);
    IdTable ids = items.base().ids();
    int baseRow = ids.rowOf(items.idAt(row));
    long own = baseRow == IdTable.NOT_FOUND ? -1 : key(baseRow, interactions[baseRow]);
    long before = 0;
    for (int other = 0; other < interactions.length; other++) {
      if (key(other, interactions[other]) > own && passing.accepts(other)) {
        before++;
      }
    }
    for (int other = ids.size(); own < 0 && other < row; other++) {
      if (isNew(other, items) && filter.accepts(other)) {
        before++;
      }
    }
    return before + 1;
  }

  /// Whether a later row's item wasn't in the catalogue.
  private static boolean isNew(int row, ItemView items) {
    return items.isLive(row) && items.base().ids().rowOf(items.idAt(row)) == IdTable.NOT_FOUND;
  }

  /// A filter of the catalogue's rows by the rows that their items have now.
  private static ItemFilter ofBase(ItemFilter filter, ItemView items) {
    if (items.rows() == items.base().size()) {
      return filter; // nothing has changed since
    }
    return row -> {
      int now = items.isLive(row) ? row : items.rowOf(items.base().ids().idAt(row));
      return now != IdTable.NOT_FOUND && filter.accepts(now);
    };
  }

  private Candidate candidate(int i, IdTable ids) {
    return new Candidate(ids.idAt(rows[i]), counts[i]);
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

  private static PopularItems fromAscending(long[] interactions, long[] keys, int size, int kept) {
    int[] rows = new int[kept];
    float[] counts = new float[kept];
    for (int i = 0; i < kept; i++) {
      long key = keys[size - 1 - i];
      rows[i] = Integer.MAX_VALUE - (int) key;
      counts[i] = key >>> Integer.SIZE;
    }
    return new PopularItems(interactions, rows, counts);
  }
}
