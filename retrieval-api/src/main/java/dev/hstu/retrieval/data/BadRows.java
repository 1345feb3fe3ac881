package dev.hstu.retrieval.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Counts the rows that cannot be used, by reason, and keeps the first few to show.
final class BadRows {

  /// How many are kept to be shown: enough to see a pattern, few enough to read.
  static final int MAX_EXAMPLES = 20;

  private final Map<RowDefect, Long> counts = new EnumMap<>(RowDefect.class);
  private final List<BadRow> examples = new ArrayList<>();
  private long rows;
  private long bad;

  /// Counts a row read, good or bad.
  void countRow() {
    rows++;
  }

  /// Counts the current row of `source` as bad.
  ///
  /// @param detail made only for a row that is kept to be shown
  void add(RecordSource source, RowDefect defect, Supplier<String> detail) {
    bad++;
    counts.merge(defect, 1L, Long::sum);
    if (examples.size() < MAX_EXAMPLES) {
      examples.add(
          new BadRow(
              source.file().toString(),
              source.positionUnit() + " " + source.position(),
              defect.reason(),
              detail.get()));
    }
  }

  long rows() {
    return rows;
  }

  long bad() {
    return bad;
  }

  /// The share of bad rows, 0 when there are no rows.
  double share() {
    return rows == 0 ? 0 : (double) bad / rows;
  }

  List<BadRow> examples() {
    return List.copyOf(examples);
  }

  /// Counts by reason.
  SortedMap<String, Long> byReason() {
    SortedMap<String, Long> byReason = new TreeMap<>();
    counts.forEach((defect, count) -> byReason.put(defect.reason(), count));
    return byReason;
  }
}
