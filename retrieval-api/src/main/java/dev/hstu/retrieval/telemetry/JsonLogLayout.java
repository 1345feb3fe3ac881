package dev.hstu.retrieval.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// A log event as one JSON object on one line: `time` (UTC), `level`, `logger`, `thread`,
/// `message`, in a request `trace_id` and `span_id`, the event's own key-value pairs, and
/// `exception` with its stack. Writes on the thread that logs, whose request it is.
public final class JsonLogLayout extends LayoutBase<ILoggingEvent> {

  /// Longest text of one field in characters; what is longer is cut and ends in three dots.
  static final int MAX_CHARS = 16_384;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256);
    line.append("{\"time\":\"");
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
    line.append("\",\"level\":\"").append(event.getLevel()).append('"');
    text(line, "logger", event.getLoggerName());
    text(line, "thread", event.getThreadName());
    text(line, "message", event.getFormattedMessage());
    RequestTrace trace = CurrentTrace.get();
    if (trace.isPresent()) {
      text(line, "trace_id", trace.traceId());
      text(line, "span_id", trace.spanId());
    }
    @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> value(line, pair.key, pair.value));
    }
    @Nullable IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      text(line, "exception", ThrowableProxyUtil.asString(thrown));
    }
    return line.append("}\n").toString();
  }

  private static void value(StringBuilder line, String name, @Nullable Object value) {
    if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
      name(line, name);
      line.append(value);
    } else {
      text(line, name, String.valueOf(value));
    }
  }

  private static void text(StringBuilder line, String name, String text) {
    name(line, name);
    line.append('"');
    boolean cut = text.length() > MAX_CHARS;
    JsonStringEncoder.getInstance()
        .quoteAsString(cut ? text.subSequence(0, MAX_CHARS) : text, line);
    line.append(cut ? "...\"" : "\"");
  }

  private static void name(StringBuilder line, String name) {
    line.append(",\"").append(name).append("\":");
  }
}
