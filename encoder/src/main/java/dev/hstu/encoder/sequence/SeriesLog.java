package dev.hstu.encoder.sequence;

import dev.hstu.kernels.storage.ContentDigest;
import java.util.Arrays;
import java.util.List;

/// Every user's slow series in row-compressed form: user `u` owns `offsets[u] .. offsets[u+1]-1`,
/// sorted by time and then by series. Runs of a series that hold the same value have their first
/// entry only.
///
/// The arrays are shared, not copied.
///
/// @param columns the series and their values, by name
/// @param offsets long[U+1]
/// @param series int[entries], which series, from 0
/// @param rows int[entries], rows behind those of the items; see [SeriesColumn]
/// @param times long[entries], seconds, or [SeriesEntries#ALWAYS]
public record SeriesLog(
    List<SeriesColumn> columns, long[] offsets, int[] series, int[] rows, long[] times) {

  /// Data without series.
  public static final SeriesLog NONE =
      new SeriesLog(List.of(), new long[] {0}, new int[0], new int[0], new long[0]);

  public SeriesLog {
    columns = List.copyOf(columns);
    SeriesColumn.requireOrdered(columns);
    if (offsets.length == 0 || offsets[0] != 0 || offsets[offsets.length - 1] != rows.length) {
      throw new IllegalArgumentException(
          "offsets of the series must run from 0 to the number of entries, " + rows.length);
    }
    if (series.length != rows.length || times.length != rows.length) {
      throw new IllegalArgumentException(
          "series, rows and times must have one value per entry; they have %d, %d and %d"
              .formatted(series.length, rows.length, times.length));
    }
  }

  /// Whether nothing is known of anybody.
  public boolean isEmpty() {
    return rows.length == 0;
  }

  public int entries() {
    return rows.length;
  }

  /// Entries of one user.
  public int count(int user) {
    return rows.length == 0 ? 0 : Math.toIntExact(offsets[user + 1] - offsets[user]);
  }

  /// The entries of one user, copied.
  public SeriesEntries of(int user) {
    if (rows.length == 0) {
      return SeriesEntries.NONE;
    }
    int from = Math.toIntExact(offsets[user]);
    int to = Math.toIntExact(offsets[user + 1]);
    return from == to
        ? SeriesEntries.NONE
        : new SeriesEntries(
            Arrays.copyOfRange(series, from, to),
            Arrays.copyOfRange(rows, from, to),
            Arrays.copyOfRange(times, from, to));
  }

  /// What another table knows of these series, in its rows; all else is left out.
  ///
  /// @param known the series of that table
  /// @param items items before these series in their table, and in the other
  /// @param knownItems likewise of the other
  public SeriesLog in(List<SeriesColumn> known, int items, int knownItems) {
    int[] rowOf = SeriesColumn.rowsOf(columns, known, knownItems);
    int[] place = columns.stream().mapToInt(column -> place(column, known)).toArray();
    long[] keptOffsets = new long[offsets.length];
    int[] keptSeries = new int[rows.length];
    int[] keptRows = new int[rows.length];
    long[] keptTimes = new long[rows.length];
    int kept = 0;
    for (int user = 0; user + 1 < offsets.length; user++) {
      for (int i = (int) offsets[user]; i < offsets[user + 1]; i++) {
        int row = rowOf[rows[i] - items - 1];
        if (row != 0) {
          keptSeries[kept] = place[series[i]];
          keptRows[kept] = row;
          keptTimes[kept++] = times[i];
        }
      }
      keptOffsets[user + 1] = kept;
    }
    return kept == 0
        ? NONE
        : new SeriesLog(
            known,
            keptOffsets,
            Arrays.copyOf(keptSeries, kept),
            Arrays.copyOf(keptRows, kept),
            Arrays.copyOf(keptTimes, kept));
  }

  private static int place(SeriesColumn column, List<SeriesColumn> known) {
    int place = 0;
    while (place < known.size() && !known.get(place).name().equals(column.name())) {
      place++;
    }
    return place;
  }

  /// Adds what tells these entries from others; nothing where there are none.
  public void digest(ContentDigest digest) {
    if (rows.length > 0) {
      digest.add("series").add(offsets, 0, offsets.length).add(times, 0, times.length);
      for (int row : rows) {
        digest.add((long) row);
      }
    }
  }
}
