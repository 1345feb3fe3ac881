package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.SeriesEntries;
import dev.hstu.encoder.sequence.SeriesLog;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import dev.hstu.retrieval.data.RecordSources.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Reads the slow series of a manifest for users whose events are known: sorts each user's entries
/// by time, and keeps of a run of equal values the first. Numerical series are left out, with a
/// word. Holds 20 bytes an entry while it reads, and the distinct values.
final class SeriesReader {

  private final IdTable users;
  private final BadRows bad;
  private final TimeReader times;
  private final long untilSeconds;
  private final List<Column> columns = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<SeriesSummary> summaries = new ArrayList<>();
  private final EventColumns entries = new EventColumns();

  /// Codes of all columns, in order of appearance, and whose they are.
  private final List<Value> values = new ArrayList<>();

  /// @param users with events
  /// @param untilSeconds the first second whose entries are left out
  SeriesReader(IdTable users, BadRows bad, TimeScale scale, long untilSeconds) {
    this.users = users;
    this.bad = bad;
    this.times = new TimeReader(scale);
    this.untilSeconds = untilSeconds;
  }

  /// One series while it is read.
  private static final class Column {
    private final SeriesSource source;
    private final Map<String, Integer> codes = new HashMap<>();
    private boolean numbers = true;
    private boolean fractions;
    private long otherUsers;

    Column(SeriesSource source) {
      this.source = source;
    }

    boolean isNumerical() {
      return source.categorical() == null && numbers && fractions;
    }
  }

  private record Value(Column column, String text) {}

  /// Why series were left out, one sentence each.
  List<String> notes() {
    return List.copyOf(notes);
  }

  List<SeriesSummary> summaries() {
    return List.copyOf(summaries);
  }

  /// Reads one series.
  ///
  /// @param timed whether the data's clock gives real times
  /// @throws UnusableInputException when a column isn't there or the series can't be one
  void read(SeriesSource source, boolean timed) throws IOException {
    if (source.isNumerical()) {
      dropped(source);
      return;
    }
    if (source.time() != null && !timed) {
      throw new UnusableInputException(
          "series '%s' has times and the events have order only, so the two can't be merged; leave its time out"
              .formatted(source.name()));
    }
    Column column = new Column(source);
    columns.add(column);
    try (RecordSource records =
        RecordSources.open(source.file(), null, source.isNumbered(), Content.USERS).source()) {
      read(records, column);
    }
    if (column.isNumerical()) {
      dropped(source);
    }
  }

  private void dropped(SeriesSource source) {
    notes.add(
        "series '%s' is numerical and is dropped, since a model reads categories only; give ranges of it a name, or declare kind: categorical"
            .formatted(source.name()));
  }

  private void read(RecordSource records, Column column) throws IOException {
    SeriesSource source = column.source;
    int userColumn = place(records, source, source.user());
    int valueColumn = place(records, source, source.value());
    int timeColumn = source.time() == null ? -1 : place(records, source, source.time());
    records.select(
        IntStream.of(userColumn, valueColumn, timeColumn).filter(at -> at >= 0).toArray());
    Cell user = new Cell();
    Cell value = new Cell();
    Cell time = new Cell();
    while (records.next()) {
      bad.countRow();
      RowDefect defect = records.defect();
      if (defect == null) {
        records.read(userColumn, user);
        records.read(valueColumn, value);
        if (timeColumn >= 0) {
          records.read(timeColumn, time);
        }
        defect = take(column, user, value, timeColumn < 0 ? null : time);
      }
      if (defect != null) {
        bad.add(
            records,
            defect,
            () ->
                records.defect() == null
                    ? "user '%.60s', value '%.60s' of series '%s'"
                        .formatted(user.text(), value.text(), source.name())
                    : records.defectDetail());
      }
    }
  }

  private @Nullable RowDefect take(Column column, Cell user, Cell value, @Nullable Cell time) {
    if (user.kind() == Cell.Kind.MISSING) {
      return RowDefect.USER_ID;
    }
    long since = SeriesEntries.ALWAYS;
    if (time != null) {
      RowDefect defect = times.read(time);
      if (defect != null) {
        return defect;
      }
      since = times.seconds();
    }
    int row = userRow(user);
    if (row == IdTable.NOT_FOUND) {
      column.otherUsers++;
      return null;
    }
    if (value.kind() == Cell.Kind.MISSING || since >= untilSeconds) {
      return null;
    }
    String text = value.text().strip();
    if (text.isEmpty()
        || value.kind() == Cell.Kind.TEXT && value.isDamagedText()
        || text.getBytes(StandardCharsets.UTF_8).length > IdTable.MAX_ID_BYTES) {
      return RowDefect.VALUE;
    }
    entries.add(row, code(column, text), since, 0);
    return null;
  }

  private int userRow(Cell user) {
    if (users.type() == IdType.INT64) {
      return user.isCanonicalInteger() ? users.rowOf(user.integer()) : IdTable.NOT_FOUND;
    }
    return users.rowOf(user.text());
  }

  private int code(Column column, String text) {
    Integer known = column.codes.get(text);
    if (known != null) {
      return known;
    }
    if (values.size() == SeriesColumn.MAX_VALUES) {
      throw new UnusableInputException(
          "series '%s' brings more than %d values; leave it out or give kind: numerical if it is an id or a measurement"
              .formatted(column.source.name(), SeriesColumn.MAX_VALUES));
    }
    observe(column, text);
    int code = values.size();
    values.add(new Value(column, text));
    column.codes.put(text, code);
    return code;
  }

  private static void observe(Column column, String text) {
    try {
      double number = Double.parseDouble(text);
      column.fractions |= number != Math.rint(number);
    } catch (NumberFormatException e) {
      column.numbers = false;
    }
  }

  private static int place(RecordSource records, SeriesSource source, String column) {
    int place = records.columns().indexOf(column);
    if (place < 0) {
      throw new UnusableInputException(
          "'%s' has no column '%s' for series '%s'; its columns are %s"
              .formatted(
                  records.file(), column, source.name(), String.join(", ", records.columns())));
    }
    return place;
  }

  /// What was read, by user and time.
  ///
  /// @param items `V`, behind which the rows of the values begin
  SeriesLog log(int items) {
    List<Column> kept = columns.stream().filter(column -> !column.isNumerical()).toList();
    int[] seriesOf = new int[values.size()];
    int[] rowOf = new int[values.size()];
    List<SeriesColumn> named = number(kept, items, seriesOf, rowOf);
    long[] offsets = new long[users.size() + 1];
    int[] counts = entries.countByUser(users.size());
    int[] next = new int[users.size()];
    for (int user = 0; user < counts.length; user++) {
      offsets[user + 1] = offsets[user] + counts[user];
      next[user] = (int) offsets[user];
    }
    int[] codes = new int[entries.size()];
    long[] since = new long[codes.length];
    entries.drainTo(
        (user, code, time, _) -> {
          codes[next[user]] = code;
          since[next[user]++] = time;
        });
    return compressed(kept, named, offsets, codes, since, seriesOf, rowOf);
  }

  /// Gives every value its row: series by name, values by their text.
  private static List<SeriesColumn> number(
      List<Column> kept, int items, int[] seriesOf, int[] rowOf) {
    Arrays.fill(seriesOf, -1);
    List<SeriesColumn> named = new ArrayList<>();
    int row = items;
    for (Column column : kept) {
      TreeMap<String, Integer> byText = new TreeMap<>(column.codes);
      for (int code : byText.values()) {
        seriesOf[code] = named.size();
        rowOf[code] = ++row;
      }
      named.add(new SeriesColumn(column.source.name(), List.copyOf(byText.keySet())));
    }
    return named;
  }

  private SeriesLog compressed(
      List<Column> kept,
      List<SeriesColumn> named,
      long[] offsets,
      int[] codes,
      long[] since,
      int[] seriesOf,
      int[] rowOf) {
    long[] read = new long[named.size()];
    long[] left = new long[named.size()];
    long[] keptOffsets = new long[offsets.length];
    int[] series = new int[codes.length];
    int[] rows = new int[codes.length];
    int count = 0;
    for (int user = 0; user + 1 < offsets.length; user++) {
      int[] own =
          IntStream.range((int) offsets[user], (int) offsets[user + 1])
              .filter(entry -> seriesOf[codes[entry]] >= 0)
              .toArray();
      SeriesEntries sorted =
          SeriesEntries.sorted(
              IntStream.of(own).map(entry -> seriesOf[codes[entry]]).toArray(),
              IntStream.of(own).map(entry -> rowOf[codes[entry]]).toArray(),
              IntStream.of(own).mapToLong(entry -> since[entry]).toArray());
      IntStream.of(own).forEach(entry -> read[seriesOf[codes[entry]]]++);
      for (int i = 0; i < sorted.count(); i++) {
        left[sorted.series()[i]]++;
        series[count] = sorted.series()[i];
        rows[count] = sorted.rows()[i];
        // Never behind the entries still to be read: a user keeps at most as many as there were.
        since[count++] = sorted.times()[i];
      }
      keptOffsets[user + 1] = count;
    }
    for (int i = 0; i < named.size(); i++) {
      Column column = kept.get(i);
      summaries.add(
          new SeriesSummary(
              named.get(i).name(),
              named.get(i).values().size(),
              left[i],
              read[i] - left[i],
              column.otherUsers));
    }
    return count == 0
        ? SeriesLog.NONE
        : new SeriesLog(
            named,
            keptOffsets,
            Arrays.copyOf(series, count),
            Arrays.copyOf(rows, count),
            Arrays.copyOf(since, count));
  }
}
