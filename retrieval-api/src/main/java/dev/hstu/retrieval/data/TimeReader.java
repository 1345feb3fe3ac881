package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads event times: whole or decimal numbers in the stated unit, and ISO 8601 in the forms
/// `2024-05-01`, `2024-05-01T12:30:00`, with a space for the `T`, with fractions, with `Z` or an
/// offset (UTC where there is none). Fractions of a second are cut off.
///
/// For one thread; [#read] leaves its answer in [#seconds].
final class TimeReader {

  private static final Pattern DECIMAL =
      Pattern.compile("-?[0-9]*\\.?[0-9]+(\\.|[eE][+-]?[0-9]{1,3})?");
  private static final int DATE_CHARS = 10;
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendOffset("+HH:mm", "Z")
          .toFormatter();

  private final TimeScale scale;
  private long seconds;

  TimeReader(TimeScale scale) {
    this.scale = scale;
  }

  /// The time read last, within `0..`[Clock#MAX_SECONDS].
  long seconds() {
    return seconds;
  }

  /// Reads a time.
  ///
  /// @return what is wrong with it, or null
  @Nullable RowDefect read(Cell cell) {
    return switch (cell.kind()) {
      case MISSING -> RowDefect.TIME;
      case SECONDS -> accept(cell.integer());
      case INTEGER -> accept(scale.toSeconds(cell.integer()));
      case DECIMAL -> accept(scale.toSeconds(cell.decimal()));
      case TEXT ->
          cell.isCanonicalInteger() ? accept(scale.toSeconds(cell.integer())) : text(cell.text());
    };
  }

  private @Nullable RowDefect text(String text) {
    if (DECIMAL.matcher(text).matches()) {
      return accept(scale.toSeconds(Double.parseDouble(text)));
    }
    try {
      return accept(isoSeconds(text));
    } catch (DateTimeException e) {
      return RowDefect.TIME;
    }
  }

  private @Nullable RowDefect accept(double value) {
    // Beyond the range of long only by mistake; the cast saturates, and the check below says no.
    return Double.isNaN(value) ? RowDefect.TIME : accept((long) Math.floor(value));
  }

  private @Nullable RowDefect accept(long value) {
    seconds = value;
    if (value > Clock.MAX_SECONDS) {
      return RowDefect.MILLISECONDS;
    }
    return value < 0 ? RowDefect.TIME : null;
  }

  private static long isoSeconds(String text) {
    boolean spaced = text.length() > DATE_CHARS && text.charAt(DATE_CHARS) == ' ';
    String iso =
        spaced ? text.substring(0, DATE_CHARS) + 'T' + text.substring(DATE_CHARS + 1) : text;
    TemporalAccessor parsed =
        ISO.parseBest(iso, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
    return switch (parsed) {
      case OffsetDateTime time -> time.toEpochSecond();
      case LocalDateTime time -> time.toEpochSecond(ZoneOffset.UTC);
      case LocalDate date -> date.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
      default -> throw new DateTimeException("neither date nor time: " + text);
    };
  }
}
