package dev.hstu.encoder.sequence;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// What one user's slow series held, and since when: one entry for each change.
///
/// The arrays are shared, not copied.
///
/// @param series which series an entry is of, counted from 0
/// @param rows of the input table, behind those of the items; see [SeriesColumn]
/// @param times since when, seconds, ascending; [#ALWAYS] for what holds from the beginning.
///     Entries of equal times stand in the order of the series
public record SeriesEntries(int[] series, int[] rows, long[] times) {

  /// The time of what has held as long as anything is known: the entry stands before everything,
  /// and takes the time of the first token behind it.
  public static final long ALWAYS = Long.MIN_VALUE;

  /// Nothing is known.
  public static final SeriesEntries NONE = new SeriesEntries(new int[0], new int[0], new long[0]);

  public SeriesEntries {
    if (series.length != rows.length || times.length != rows.length) {
      throw new IllegalArgumentException(
          "series, rows and times must have one value per entry; they have %d, %d and %d"
              .formatted(series.length, rows.length, times.length));
    }
    for (int i = 1; i < times.length; i++) {
      if (times[i] < times[i - 1]) {
        throw new IllegalArgumentException(
            "entry %d of the series is earlier than the one before it; sort them by time"
                .formatted(i));
      }
    }
  }

  /// Entries in any order, put into theirs and freed of repetition: by time and then by series,
  /// equal ones as they came, and of a run in which a series holds one value the first.
  public static SeriesEntries sorted(int[] series, int[] rows, long[] times) {
    int[] order =
        IntStream.range(0, rows.length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingLong(entry -> times[entry])
                    .thenComparingInt(entry -> series[entry]))
            .mapToInt(entry -> entry)
            .toArray();
    Map<Integer, Integer> held = new HashMap<>();
    int[] first =
        IntStream.of(order)
            .filter(entry -> !Objects.equals(held.put(series[entry], rows[entry]), rows[entry]))
            .toArray();
    return first.length == 0
        ? NONE
        : new SeriesEntries(
            IntStream.of(first).map(entry -> series[entry]).toArray(),
            IntStream.of(first).map(entry -> rows[entry]).toArray(),
            IntStream.of(first).mapToLong(entry -> times[entry]).toArray());
  }

  public int count() {
    return rows.length;
  }

  /// How many of them hold at `seconds` or before.
  public int countUntil(long seconds) {
    int count = rows.length;
    while (count > 0 && times[count - 1] > seconds) {
      count--;
    }
    return count;
  }

  /// The entries with rows of another table.
  ///
  /// @param rowOf by row of this one; what it is 0 for, and what lies beyond it, is left out
  public SeriesEntries mapped(int[] rowOf) {
    int[] keptSeries = new int[rows.length];
    int[] keptRows = new int[rows.length];
    long[] keptTimes = new long[rows.length];
    int kept = 0;
    for (int i = 0; i < rows.length; i++) {
      int row = rows[i] < rowOf.length ? rowOf[rows[i]] : 0;
      if (row != 0) {
        keptSeries[kept] = series[i];
        keptRows[kept] = row;
        keptTimes[kept++] = times[i];
      }
    }
    return kept == 0
        ? NONE
        : new SeriesEntries(
            Arrays.copyOf(keptSeries, kept),
            Arrays.copyOf(keptRows, kept),
            Arrays.copyOf(keptTimes, kept));
  }
}
