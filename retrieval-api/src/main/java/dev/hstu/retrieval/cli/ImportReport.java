package dev.hstu.retrieval.cli;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.data.EventSummary;
import dev.hstu.retrieval.data.ImportOutcome;
import dev.hstu.retrieval.data.ReadSummary;
import dev.hstu.retrieval.data.SeriesSummary;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What an import read and kept, as a table for people and as a document for programs.
final class ImportReport {

  private ImportReport() {}

  static Table table(ReadSummary read, EventSummary events) {
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
    for (SeriesSummary series : read.series()) {
      table.row(
          "series " + series.name(),
          count(series.entries()),
          "%s values, %s repeated and left out, %s of users without events"
              .formatted(
                  count(series.values()), count(series.repeated()), count(series.otherUsers())));
    }
    if (read.users().bad() > 0) {
      table.row("rows of series dropped", count(read.users().bad()), reasons(read.users()));
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

  /// One JSON document; `events` is there when the import was not stopped.
  static Map<String, Object> document(Path out, ImportOutcome outcome) {
    ReadSummary read = outcome.read();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("out", out.toString());
    document.put("imported", outcome instanceof ImportOutcome.Imported);
    document.put("formats", read.formats());
    document.put("rows", rows(read.interactions()));
    document.put("catalogue_rows", rows(read.catalogue()));
    document.put("series_rows", rows(read.users()));
    document.put("series", read.series());
    document.put("bad_rows", read.badRows());
    document.put("notes", read.notes());
    if (outcome instanceof ImportOutcome.Imported imported) {
      document.put("events", events(imported.events()));
    }
    return document;
  }

  private static Map<String, Object> rows(ReadSummary.Rows rows) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("read", rows.read());
    document.put("bad", rows.bad());
    document.put("bad_by_reason", rows.badByReason());
    return document;
  }

  private static Map<String, Object> events(EventSummary events) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("kept", events.events());
    document.put("duplicates", events.duplicates());
    document.put("repeats_dropped", events.repeats());
    document.put("out_of_order", events.outOfOrder());
    document.put("users", events.users());
    document.put("user_id_type", events.userIdType());
    document.put("events_per_user", events.eventsPerUser());
    document.put("items", events.items());
    document.put("item_id_type", events.itemIdType());
    document.put("items_without_events", events.itemsWithoutEvents());
    document.put("items_outside_catalogue", events.itemsOutsideCatalogue());
    document.put("clock", events.clock());
    document.put("first_time", events.firstTime());
    document.put("last_time", events.lastTime());
    document.put("fingerprint", events.fingerprint());
    return document;
  }
}
