package dev.hstu.retrieval.config;

import java.util.List;
import java.util.Locale;

/// What the service's log looks like and which requests it names; `logging.*`.
///
/// @param format of every line
/// @param slowMillis from which a request is logged
/// @param requestShare of the other requests that are logged, 0 to 1
/// @param maxRequestsPerSecond request lines, at most
public record LoggingSettings(
    Format format, int slowMillis, double requestShare, int maxRequestsPerSecond) {

  /// Of one line.
  public enum Format {
    TEXT,
    JSON
  }

  static final Setting<String> FORMAT =
      Setting.choice(
          "logging.format",
          "text",
          List.of("text", "json"),
          "json writes one object a line, with the trace id, for machines that collect logs; text is"
              + " for people.");
  static final Setting<Integer> SLOW_MILLIS =
      Setting.integer(
          "logging.slow-millis",
          1000,
          0,
          600_000,
          "Requests that take as long or longer are logged, and so are those answered 5xx: what one"
              + " looks for at three in the morning.");
  static final Setting<Double> REQUEST_SHARE =
      Setting.decimal(
          "logging.request-share",
          0,
          0,
          1,
          "Share of all other requests that are logged; /metrics counts every one, and at thousands"
              + " a second a line each costs more than the answer.");
  static final Setting<Integer> MAX_REQUESTS_PER_SECOND =
      Setting.integer(
          "logging.max-requests-per-second",
          20,
          1,
          100_000,
          "Most request lines a second; the next line says how many were left out, so that overload"
              + " doesn't fill the disk.");

  static final List<Setting<?>> SETTINGS =
      List.of(FORMAT, SLOW_MILLIS, REQUEST_SHARE, MAX_REQUESTS_PER_SECOND);

  static LoggingSettings from(SettingValues values) {
    return new LoggingSettings(
        Format.valueOf(values.get(FORMAT).toUpperCase(Locale.ROOT)),
        values.get(SLOW_MILLIS),
        values.get(REQUEST_SHARE),
        values.get(MAX_REQUESTS_PER_SECOND));
  }
}
