package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.index.catalog.Catalog;

/// What prepared data knows of its items, as a generation needs it.
public final class PreparedCatalog {

  private PreparedCatalog() {}

  /// Ids and attributes as they are, in the order of the data's items; popularity counts all events
  /// of the log.
  public static Catalog of(PreparedData data) {
    return new Catalog(
        data.items(), data.attributes(), popularity(data.log(), data.items().size()));
  }

  private static long[] popularity(InteractionLog log, int items) {
    long[] popularity = new long[items];
    for (int item : log.items()) {
      popularity[item - 1]++; // the log's item rows begin at 1
    }
    return popularity;
  }
}
