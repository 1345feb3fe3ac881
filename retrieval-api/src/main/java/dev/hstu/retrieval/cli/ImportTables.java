package dev.hstu.retrieval.cli;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.data.EventSummary;
import dev.hstu.retrieval.data.ReadSummary;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;

/// An import's summary as a table.
final class ImportTables {

  private ImportTables() {}

  static Table of(ReadSummary read, EventSummary events) {
    Table table =
        new Table("import", "count", "")
            .row("rows read", count(read.interactions().read()), String.join(", ", read.formats()))
            .row("rows dropped", count(read.interactions().bad()), reasons(read.interactions()))
            .row("duplicates dropped", count(events.duplicates()), "user, item, time and action");
    if (events.repeats() > 0) {
      table.row("repeats dropped", count(events.repeats()), "user and item");
    }
    table
        .row("events kept", count(events.events()), "")
        .row("out of order, sorted", count(events.outOfOrder()), "")
        .row("users", count(events.users()), events.userIdType() + " ids")
        .row("events per user", median(events), range(events))
        .row("items", count(events.items()), events.itemIdType() + " ids");
    if (read.catalogue().read() > 0) {
      table
          .row("catalogue rows", count(read.catalogue().read()), "")
          .row("catalogue rows dropped", count(read.catalogue().bad()), reasons(read.catalogue()))
          .row("items outside the catalogue", count(events.itemsOutsideCatalogue()), "");
    }
    return table
        .row("items without events", count(events.itemsWithoutEvents()), "")
        .row("clock", events.clock(), timeRange(events));
  }

  /// Bad rows by reason, `wrong number of fields 3, unusable time 1`; empty when there are none.
  static String reasons(ReadSummary.Rows rows) {
    return rows.badByReason().entrySet().stream()
        .map(entry -> entry.getKey() + " " + count(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String timeRange(EventSummary events) {
    return Clock.parse(events.clock()) instanceof Clock.Wall
        ? Instant.ofEpochSecond(events.firstTime())
            + " to "
            + Instant.ofEpochSecond(events.lastTime())
        : "%d s to %d s".formatted(events.firstTime(), events.lastTime());
  }

  private static String median(EventSummary events) {
    return String.format(Locale.ROOT, "%,.1f", events.eventsPerUser().median());
  }

  private static String range(EventSummary events) {
    return String.format(
        Locale.ROOT,
        "median; from %,d to %,d",
        events.eventsPerUser().min(),
        events.eventsPerUser().max());
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
