package dev.hstu.retrieval.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Half-open ranges of a number with names: part `i` holds values from `edges[i-1]` to below
/// `edges[i]`, the first all below, the last all from the last edge on.
///
/// @param edges ascending; not copied
/// @param labels one more than edges
record Ranges(long[] edges, List<String> labels) {

  private static final long HOUR = 3_600;
  private static final long DAY = 24 * HOUR;

  Ranges {
    if (labels.size() != edges.length + 1) {
      throw new IllegalArgumentException(
          "%d edges have %d labels; give one more than edges"
              .formatted(edges.length, labels.size()));
    }
    labels = List.copyOf(labels);
  }

  /// Numbers of events.
  static Ranges counts(long... edges) {
    List<String> labels = new ArrayList<>();
    long low = 1;
    for (long edge : edges) {
      labels.add("%d-%d events".formatted(low, edge - 1));
      low = edge;
    }
    labels.add("%d events or more".formatted(low));
    return new Ranges(edges, labels);
  }

  /// How long ago, in seconds.
  static Ranges ages() {
    return new Ranges(
        new long[] {1, HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY},
        List.of(
            "at once",
            "within the hour",
            "within the day",
            "within the week",
            "within the month",
            "within the year",
            "later"));
  }

  int part(long value) {
    int place = Arrays.binarySearch(edges, value);
    return place < 0 ? -place - 1 : place + 1;
  }
}
