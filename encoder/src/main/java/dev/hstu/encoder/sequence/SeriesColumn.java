package dev.hstu.encoder.sequence;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One slowly changing categorical series of users (a language, an age group) and the values that
/// are known of it (arXiv 2402.17152, section 2.1).
///
/// Each value is a row of the model's input table, behind the rows of the items: of `V` items the
/// first value of the first series has row `V + 1`, and the series follow one another.
///
/// @param name of the series
/// @param values distinct, in the order of their rows
public record SeriesColumn(String name, List<String> values) {

  /// Bound on series; each may take a place of the window (see [UserHistory#merged]).
  public static final int MAX_SERIES = 64;

  /// Bound on the values of all series together: each has a row to learn and stands in
  /// `config.json`. A series with more is an id or a measurement.
  public static final int MAX_VALUES = 65_536;

  public SeriesColumn {
    values = List.copyOf(values);
    Set<String> met = new HashSet<>();
    for (String value : values) {
      if (!met.add(value)) {
        throw new IllegalArgumentException(
            "value '%s' of %s is named twice".formatted(value, name));
      }
    }
  }

  /// Values of several series together.
  public static int rows(List<SeriesColumn> series) {
    return series.stream().mapToInt(column -> column.values.size()).sum();
  }

  /// Checks that series can stand side by side: by their names, so that data, models and requests
  /// have them in the same order.
  ///
  /// @throws IllegalArgumentException naming a bound or a name that is out of order or comes twice
  public static void requireOrdered(List<SeriesColumn> series) {
    for (int i = 1; i < series.size(); i++) {
      if (series.get(i).name.compareTo(series.get(i - 1).name) <= 0) {
        throw new IllegalArgumentException(
            "series '%s' comes twice or after '%s'; name each once, in the order of names"
                .formatted(series.get(i).name, series.get(i - 1).name));
      }
    }
    if (series.size() > MAX_SERIES) {
      throw new IllegalArgumentException(
          "%d series must be at most %d; leave some out".formatted(series.size(), MAX_SERIES));
    }
    if (rows(series) > MAX_VALUES) {
      throw new IllegalArgumentException(
          "%d values of series must be at most %d; leave out the series that has most"
              .formatted(rows(series), MAX_VALUES));
    }
  }

  /// Where the values of `series` have their rows in another table.
  ///
  /// @param known the series of that table
  /// @param items `V` of that table
  /// @return one row a value, the series one after the other; 0 for a value that isn't known there
  public static int[] rowsOf(List<SeriesColumn> series, List<SeriesColumn> known, int items) {
    Map<String, Map<String, Integer>> table = new HashMap<>();
    int next = items;
    for (SeriesColumn column : known) {
      Map<String, Integer> rows = new HashMap<>();
      for (String value : column.values) {
        rows.put(value, ++next);
      }
      table.put(column.name, rows);
    }
    int[] rows = new int[rows(series)];
    int at = 0;
    for (SeriesColumn column : series) {
      Map<String, Integer> values = table.getOrDefault(column.name, Map.of());
      for (String value : column.values) {
        rows[at++] = values.getOrDefault(value, 0);
      }
    }
    return rows;
  }
}
