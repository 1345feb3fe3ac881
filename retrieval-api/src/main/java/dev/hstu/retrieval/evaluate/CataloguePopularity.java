package dev.hstu.retrieval.evaluate;

/// The log's popularity in the rows of a catalogue, which begin at 0. Items the log lacks have no
/// events. Immutable.
final class CataloguePopularity {

  private final long[] events;
  private final boolean[] head;

  /// @param popularity events by item row of the log, index 0 unused
  /// @param catalogue from the log's item rows to the catalogue's, from 1
  /// @param items of the catalogue
  CataloguePopularity(long[] popularity, RowMapping catalogue, int items) {
    events = new long[items];
    head = new boolean[items];
    PopularityGroups groups = new PopularityGroups(popularity);
    for (int item = 1; item < popularity.length; item++) {
      int row = catalogue.map(item);
      if (row != 0) {
        events[row - 1] = popularity[item];
        head[row - 1] = groups.of(item) == PopularityGroups.HEAD;
      }
    }
  }

  int items() {
    return events.length;
  }

  long events(int row) {
    return events[row];
  }

  boolean isHead(int row) {
    return head[row];
  }
}
