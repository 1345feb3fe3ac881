package dev.hstu.retrieval.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.config.LoggingSettings;
import dev.hstu.retrieval.config.LoggingSettings.Format;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Which requests get a line, and how many.
class RequestLogTest {

  private static final long FAST = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(2000);

  @Test
  void failedAndSlowRequestsGetALineAndOthersDoNot() {
    RequestLog log = new RequestLog(new LoggingSettings(Format.TEXT, 1000, 0, 1000));
    try (StandardError said = new StandardError()) {
      log.answered("GET /sets", 200, FAST);
      log.answered("GET /sets", 404, FAST);
      log.answered("GET /sets", 503, FAST);
      log.answered("GET /sets", 200, SLOW);

      assertThat(lines(said))
          .satisfiesExactly(
              line -> assertThat(line).contains("WARN", "GET /sets answered 503 after 5 ms"),
              line -> assertThat(line).contains("WARN", "GET /sets answered 200 after 2000 ms"));
    }
  }

  @Test
  void aShareOfTheOthersIsDrawn() {
    RequestLog log = new RequestLog(new LoggingSettings(Format.TEXT, 1000, 0.5, 100_000));
    try (StandardError said = new StandardError()) {
      for (int i = 0; i < 1000; i++) {
        log.answered("GET /sets", 200, FAST);
      }
      // Ten standard deviations.
      assertThat(lines(said)).hasSizeBetween(342, 658);
    }
  }

  @Test
  void thereAreOnlySoManyLinesASecond() {
    RequestLog log = new RequestLog(new LoggingSettings(Format.TEXT, 1000, 0, 10));
    long begun = System.nanoTime();
    try (StandardError said = new StandardError()) {
      for (int i = 0; i < 500; i++) {
        log.answered("POST /retrieve", 503, FAST);
      }
      // The loop may run over the ends of seconds, on a busy machine over several.
      int seconds = 2 + (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
      assertThat(lines(said)).hasSizeBetween(10, 10 * seconds);
    }
  }

  /// Those of requests: threads of other tests' services may have something to say, too.
  private static List<String> lines(StandardError said) {
    return said.lines().stream().filter(line -> line.contains(" answered ")).toList();
  }
}
