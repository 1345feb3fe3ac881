package dev.hstu.encoder.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the rows of what somebody says of a user, by the names of series and their values.
/// Immutable; any thread.
public final class SeriesVocabulary {

  private final Map<String, Integer> places = new HashMap<>();
  private final List<Map<String, Integer>> rows = new ArrayList<>();

  /// @param series that a model reads
  /// @param items its `V`, behind which their rows begin
  public SeriesVocabulary(List<SeriesColumn> series, int items) {
    int row = items;
    for (SeriesColumn column : series) {
      Map<String, Integer> values = new HashMap<>();
      for (String value : column.values()) {
        values.put(value, ++row);
      }
      places.put(column.name(), rows.size());
      rows.add(values);
    }
  }

  /// What the model knows of it: other series and values are left out, the rest is sorted and freed
  /// of repetition as an import does it.
  ///
  /// @param names of series, in any order
  /// @param values one a name
  /// @param times since when each holds, seconds, or [SeriesEntries#ALWAYS]
  public SeriesEntries entries(String[] names, String[] values, long[] times) {
    int[] keptSeries = new int[names.length];
    int[] keptRows = new int[names.length];
    long[] keptTimes = new long[names.length];
    int kept = 0;
    for (int i = 0; i < names.length; i++) {
      Integer place = places.get(names[i]);
      Integer row = place == null ? null : rows.get(place).get(values[i]);
      if (place != null && row != null) {
        keptSeries[kept] = place;
        keptRows[kept] = row;
        keptTimes[kept++] = times[i];
      }
    }
    return kept == 0
        ? SeriesEntries.NONE
        : SeriesEntries.sorted(
            Arrays.copyOf(keptSeries, kept),
            Arrays.copyOf(keptRows, kept),
            Arrays.copyOf(keptTimes, kept));
  }
}
