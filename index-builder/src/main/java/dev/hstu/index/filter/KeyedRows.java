package dev.hstu.index.filter;

import dev.hstu.kernels.tables.AttributeTable;
import java.util.Arrays;
import org.apache.lucene.util.FixedBitSet;

/// Rows by key: an inverted column. Costs 4 bytes a row and 12 a distinct key. Immutable.
final class KeyedRows {

  /// Distinct, ascending.
  private final long[] keys;

  /// int `[keys + 1]`: where a key's rows begin.
  private final int[] starts;

  private final int[] rows;

  private KeyedRows(long[] keys, int[] starts, int[] rows) {
    this.keys = keys;
    this.starts = starts;
    this.rows = rows;
  }

  /// The rows of a column with at most one key a row.
  ///
  /// @param keyOfRow by row, [Numbers#MISSING] for none
  static KeyedRows of(long[] keyOfRow) {
    long[] keys = distinct(keyOfRow);
    int[] starts = new int[keys.length + 1];
    for (long key : keyOfRow) {
      if (key != Numbers.MISSING) {
        starts[Arrays.binarySearch(keys, key) + 1]++;
      }
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] rows = new int[starts[keys.length]];
    int[] next = starts.clone();
    for (int row = 0; row < keyOfRow.length; row++) {
      if (keyOfRow[row] != Numbers.MISSING) {
        rows[next[Arrays.binarySearch(keys, keyOfRow[row])]++] = row;
      }
    }
    return new KeyedRows(keys, starts, rows);
  }

  /// The rows of a LABELS column by code.
  static KeyedRows ofLabels(AttributeTable attributes, String column) {
    int labels = attributes.labelValues(column).size();
    int[] starts = new int[labels + 1];
    attributes.forEachLabel(column, (row, code) -> starts[code + 1]++);
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] rows = new int[starts[labels]];
    int[] next = starts.clone();
    attributes.forEachLabel(column, (row, code) -> rows[next[code]++] = row);
    long[] codes = new long[labels];
    Arrays.setAll(codes, code -> code);
    return new KeyedRows(codes, starts, rows);
  }

  private static long[] distinct(long[] keyOfRow) {
    long[] sorted = keyOfRow.clone();
    Arrays.sort(sorted);
    int kept = 0;
    for (long key : sorted) {
      if (key != Numbers.MISSING && (kept == 0 || key != sorted[kept - 1])) {
        sorted[kept++] = key;
      }
    }
    return Arrays.copyOf(sorted, kept);
  }

  /// Adds the rows with a key within `least..most`.
  void addTo(FixedBitSet target, long least, long most) {
    int end = starts[firstAtLeast(most + 1)];
    for (int i = starts[firstAtLeast(least)]; i < end; i++) {
      target.set(rows[i]);
    }
  }

  /// Adds the rows with a key that also pass a check.
  void addTo(FixedBitSet target, long key, RowCheck check) {
    int end = starts[firstAtLeast(key + 1)];
    for (int i = starts[firstAtLeast(key)]; i < end; i++) {
      if (check.passes(rows[i])) {
        target.set(rows[i]);
      }
    }
  }

  private int firstAtLeast(long key) {
    int found = Arrays.binarySearch(keys, key);
    return found >= 0 ? found : -found - 1;
  }

  /// Whether a row of the right key is one of those meant.
  @FunctionalInterface
  interface RowCheck {
    boolean passes(int row);
  }
}
