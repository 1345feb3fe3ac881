package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.data.ColumnMapping.Resolved;
import java.io.IOException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Turns rows into events: checks every value of a row before it takes any, so that a bad row
/// leaves no trace but its count.
final class EventReader {

  /// The action of logs that name none.
  private static final float NO_ACTION = 1;

  private static final int ROWS_BETWEEN_REPORTS = 1 << 13;

  private final IdColumn users;
  private final IdColumn items;
  private final EventColumns events;
  private final BadRows bad;
  private final TimeReader times;
  private final ActionReader actions;
  private final ImportListener listener;
  private final long untilSeconds;
  private long later;

  private final Cell user = new Cell();
  private final Cell item = new Cell();
  private final Cell time = new Cell();
  private final Cell action = new Cell();
  private long eventTime;

  /// @param untilSeconds the first second whose events are left out
  EventReader(
      IdColumn users,
      IdColumn items,
      EventColumns events,
      BadRows bad,
      ReadingRules rules,
      ImportListener listener,
      long untilSeconds) {
    this.users = users;
    this.items = items;
    this.events = events;
    this.bad = bad;
    this.times = new TimeReader(rules.timeScale());
    this.actions = new ActionReader(rules.actionValues());
    this.listener = listener;
    this.untilSeconds = untilSeconds;
  }

  /// Events left out because they are at [ImportRequest#untilSeconds] or later.
  long later() {
    return later;
  }

  /// Reads all rows of a file.
  void read(RecordSource source, Resolved columns, EventTiming timing) throws IOException {
    int timeColumn = timing.column(columns);
    source.select(
        IntStream.of(columns.user(), columns.item(), timeColumn, columns.action())
            .filter(column -> column != Resolved.NONE)
            .toArray());
    while (source.next()) {
      bad.countRow();
      RowDefect defect = source.defect();
      if (defect == null) {
        fill(source, columns, timeColumn);
        defect = check(timing);
      }
      if (defect == null && eventTime >= untilSeconds) {
        later++;
      } else if (defect == null) {
        // Model rows of items begin at 1; 0 is padding.
        events.add(users.row(user), items.row(item) + 1, eventTime, actions.value());
      } else {
        addBad(source, defect);
      }
      if ((bad.rows() & (ROWS_BETWEEN_REPORTS - 1)) == 0) {
        listener.onRead(source.file(), source.bytesRead(), bad.rows());
      }
    }
    listener.onRead(source.file(), source.bytesRead(), bad.rows());
  }

  private void fill(RecordSource source, Resolved columns, int timeColumn) {
    source.read(columns.user(), user);
    source.read(columns.item(), item);
    if (timeColumn != Resolved.NONE) {
      source.read(timeColumn, time);
    }
    if (columns.action() == Resolved.NONE) {
      action.setDecimal(NO_ACTION);
    } else {
      source.read(columns.action(), action);
    }
  }

  /// Looks at every value of the row, leaving what was read in the readers and [#eventTime].
  private @Nullable RowDefect check(EventTiming timing) {
    if (users.problem(user) != null) {
      return RowDefect.USER_ID;
    }
    if (items.problem(item) != null) {
      return RowDefect.ITEM_ID;
    }
    RowDefect timeDefect =
        switch (timing.source()) {
          case TIME, ORDER_OF_TIME -> checkTime();
          case SEQUENCE_NUMBER -> checkSequence(timing.stepSeconds());
          case ORDER_OF_FILE -> checkOrder();
        };
    if (timeDefect != null) {
      return timeDefect;
    }
    return actions.read(action) ? null : RowDefect.ACTION;
  }

  private @Nullable RowDefect checkTime() {
    RowDefect defect = times.read(time);
    eventTime = times.seconds();
    return defect;
  }

  private @Nullable RowDefect checkSequence(int stepSeconds) {
    if (!time.isCanonicalInteger()
        || time.integer() < 0
        || time.integer() > Clock.MAX_SECONDS / stepSeconds) {
      return RowDefect.TIME;
    }
    eventTime = time.integer() * stepSeconds;
    return null;
  }

  /// The number of the row orders it after all rows before it.
  private @Nullable RowDefect checkOrder() {
    eventTime = bad.rows();
    return null;
  }

  private void addBad(RecordSource source, RowDefect defect) {
    bad.add(source, defect, () -> detail(source, defect));
  }

  private String detail(RecordSource source, RowDefect defect) {
    return switch (defect) {
      case FIELD_COUNT, QUOTES, LINE_LENGTH, REPEATED_ITEM, VALUE -> source.defectDetail();
      case USER_ID -> quoted(user) + users.problem(user);
      case ITEM_ID -> quoted(item) + items.problem(item);
      case TIME ->
          quoted(time)
              + "give seconds since 1970, 2024-05-01T12:30:00Z, or a sequence number from 0";
      case MILLISECONDS ->
          quoted(time)
              + "more than %d are milliseconds; give --time-unit ms".formatted(Clock.MAX_SECONDS);
      case ACTION ->
          quoted(action) + "it is no number; give words a value: --action-values click=1,buy=5";
    };
  }

  private static String quoted(Cell cell) {
    return "'%.60s': ".formatted(cell.text());
  }
}
