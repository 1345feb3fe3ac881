package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.PreparedManifest;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.data.ColumnMapping.Resolved;
import dev.hstu.retrieval.data.EventOrder.Ordered;
import dev.hstu.retrieval.data.ReadSummary.Rows;
import dev.hstu.retrieval.data.RecordSources.Content;
import dev.hstu.retrieval.data.RecordSources.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Turns interaction files, and a catalogue where there is one, into a prepared-data folder.
///
/// Reading holds 20 bytes an event, sorting 36 (see [EventOrder]), beside the ids (8 bytes or their
/// text, and about 12 for finding them again); no text of the log is held. The folder appears whole
/// or not at all.
///
/// Item rows are the catalogue's, in its order, then those of events whose item it lacks, in order
/// of appearance; user rows are in order of appearance.
public final class InteractionImport {

  /// Why events are left out on demand, in the manifest.
  private static final String LATER = "from --until on";
  private static final String REPEATED = "item had before";

  private final ImportRequest request;
  private final ImportListener listener;
  private final IdColumn users = new IdColumn(null);
  private final IdColumn items;
  private final EventColumns events = new EventColumns();
  private final BadRows badRows = new BadRows();
  private final BadRows badItems = new BadRows();
  private final BadRows badSeries = new BadRows();
  private final List<String> formats = new ArrayList<>();
  private final SortedMap<String, String> columnNames = new TreeMap<>();
  private @Nullable EventTiming timing;
  private long later;

  private InteractionImport(ImportRequest request, ImportListener listener) {
    this.request = request;
    this.listener = listener;
    this.items = new IdColumn(request.rules().itemIdType());
  }

  /// Imports what `request` names.
  ///
  /// @throws UnusableInputException when a file or a setting cannot be used; nothing is written
  /// then
  public static ImportOutcome run(ImportRequest request, ImportListener listener)
      throws IOException {
    FolderSwap.prepare(request.out(), request.overwrite());
    return new InteractionImport(request, listener).run();
  }

  private ImportOutcome run() throws IOException {
    AttributeTable catalogue = readCatalogue();
    if (badItems.share() > request.maxBadShare()) {
      return stopped(ImportOutcome.CATALOGUE, badItems);
    }
    for (Path file : request.interactions()) {
      readInteractions(file);
    }
    listener.onRowsRead(badRows.rows());
    if (badRows.share() > request.maxBadShare()) {
      return stopped("interactions", badRows);
    }
    if (events.size() == 0) {
      throw new UnusableInputException(
          "%s: none of the %d rows is an event; see --format and --columns"
              .formatted(request.interactions(), badRows.rows()));
    }
    IdTable userIds = users.build();
    SeriesReader series = readSeries(userIds);
    if (badSeries.share() > request.maxBadShare()) {
      return stopped(ImportOutcome.SERIES, badSeries);
    }
    EventSummary kept = write(catalogue, userIds, series);
    return new ImportOutcome.Imported(read(series), kept);
  }

  private AttributeTable readCatalogue() throws IOException {
    Path file = request.catalogue();
    if (file == null) {
      return AttributeTable.withoutColumns(0);
    }
    ReadingRules rules = request.rules();
    try {
      return new CatalogueReader(file, null, rules.itemColumns()).readInto(items, badItems);
    } catch (IOException e) {
      throw unreadable(file, badItems.rows(), e);
    }
  }

  private void readInteractions(Path file) throws IOException {
    ReadingRules rules = request.rules();
    long rowsBefore = badRows.rows();
    boolean headerless = rules.columns().isNumbered();
    try (Opened opened =
        RecordSources.open(file, rules.format(), headerless, Content.INTERACTIONS)) {
      RecordSource source = opened.source();
      Resolved columns = rules.columns().resolve(file, source.columns());
      agreeOnTiming(file, columns);
      formats.add(opened.format().option());
      nameColumns(columns);
      listener.onFile(file, Files.size(file));
      EventReader reader =
          new EventReader(users, items, events, badRows, rules, listener, request.untilSeconds());
      reader.read(source, columns, requireTiming());
      later += reader.later();
    } catch (IOException e) {
      throw unreadable(file, badRows.rows() - rowsBefore, e);
    }
  }

  private SeriesReader readSeries(IdTable userIds) throws IOException {
    ReadingRules rules = request.rules();
    SeriesReader reader =
        new SeriesReader(userIds, badSeries, rules.timeScale(), request.untilSeconds());
    boolean timed = requireTiming().clock() instanceof Clock.Wall;
    for (SeriesSource source : request.series()) {
      long rowsBefore = badSeries.rows();
      try {
        reader.read(source, timed);
      } catch (IOException e) {
        throw unreadable(source.file(), badSeries.rows() - rowsBefore, e);
      }
      columnNames.put("series." + source.name(), source.value());
    }
    return reader;
  }

  /// All files must order events by the same thing, else their events cannot be merged.
  private void agreeOnTiming(Path file, Resolved columns) {
    EventTiming own = EventTiming.of(file, request.rules().clock(), columns);
    if (timing != null && timing.source() != own.source()) {
      throw new UnusableInputException(
          "'%s' gives times by %s and the files before it by %s; import files of one kind"
              .formatted(file, own.source(), timing.source()));
    }
    if (request.untilSeconds() != ImportRequest.NO_END && !(own.clock() instanceof Clock.Wall)) {
      throw new UnusableInputException(
          "'%s' gives order and no time (%s), so nothing is at --until or later; leave it out"
              .formatted(file, own.clock().spec()));
    }
    timing = own;
  }

  private EventTiming requireTiming() {
    if (timing == null) {
      throw new IllegalStateException("no interaction file has been opened");
    }
    return timing;
  }

  private void nameColumns(Resolved columns) {
    nameColumn("user", columns, columns.user());
    nameColumn("item", columns, columns.item());
    nameColumn("time", columns, requireTiming().column(columns));
    nameColumn("action", columns, columns.action());
  }

  private void nameColumn(String field, Resolved columns, int place) {
    if (place != Resolved.NONE) {
      columnNames.put(field, columns.header().get(place));
    }
  }

  private EventSummary write(AttributeTable catalogue, IdTable userIds, SeriesReader series)
      throws IOException {
    EventTiming known = requireTiming();
    Ordered ordered =
        EventOrder.order(events, userIds.size(), known.restampSeconds(), request.dropRepeats());
    IdTable itemIds = items.build();
    InteractionLog log = ordered.log().withSeries(series.log(itemIds.size()));
    Provenance provenance =
        new Provenance(
            sources(),
            columnNames,
            known.clock(),
            dropped(ordered),
            ordered.duplicates(),
            ordered.outOfOrder());
    AttributeTable attributes = catalogue.select(catalogueRows(catalogue, itemIds.size()));
    PreparedManifest manifest =
        FolderSwap.write(
            request.out(),
            request.overwrite(),
            folder -> PreparedData.write(folder, provenance, log, userIds, itemIds, attributes));
    return EventSummary.of(ordered, catalogue.rows(), manifest);
  }

  private SortedMap<String, Long> dropped(Ordered ordered) {
    SortedMap<String, Long> dropped = badRows.byReason();
    if (later > 0) {
      dropped.put(LATER, later);
    }
    if (ordered.repeats() > 0) {
      dropped.put(REPEATED, ordered.repeats());
    }
    return dropped;
  }

  private ImportOutcome stopped(String what, BadRows bad) {
    return new ImportOutcome.TooManyBadRows(read(null), what, bad.share(), request.maxBadShare());
  }

  private ReadSummary read(@Nullable SeriesReader series) {
    List<BadRow> examples = new ArrayList<>(badItems.examples());
    examples.addAll(badRows.examples());
    examples.addAll(badSeries.examples());
    List<String> notes = notes();
    if (series != null) {
      notes.addAll(series.notes());
    }
    return new ReadSummary(
        formats,
        Rows.of(badRows),
        Rows.of(badItems),
        Rows.of(badSeries),
        series == null ? List.of() : series.summaries(),
        examples,
        notes);
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (timing != null && !timing.note().isEmpty()) {
      notes.add(timing.note());
    }
    String text = items.firstText();
    if (text != null) {
      notes.add(
          "item ids are utf8, since '%.60s' is no 64-bit integer; --id-type int64 would drop such rows"
              .formatted(text));
    }
    return notes;
  }

  private List<String> sources() {
    List<String> sources = new ArrayList<>();
    request.interactions().forEach(file -> sources.add(file.toString()));
    if (request.catalogue() != null) {
      sources.add(request.catalogue().toString());
    }
    request.series().stream()
        .map(source -> source.file().toString())
        .distinct()
        .forEach(sources::add);
    return sources;
  }

  /// Rows of the catalogue for every item; none for items of events only.
  private static int[] catalogueRows(AttributeTable catalogue, int items) {
    return IntStream.range(0, items)
        .map(row -> row < catalogue.rows() ? row : IdTable.NOT_FOUND)
        .toArray();
  }

  private static UnusableInputException unreadable(Path file, long rows, IOException cause) {
    return new UnusableInputException(
        "'%s' cannot be read beyond row %d: %s; is the file whole?"
            .formatted(file, rows, cause.getMessage()),
        cause);
  }
}
