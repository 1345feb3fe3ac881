package dev.hstu.retrieval.telemetry;

import dev.hstu.retrieval.config.LoggingSettings;
import jakarta.inject.Singleton;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// One line for a request that failed, was slow, or was drawn: route, status and time, and the
/// trace it belongs to. Routes are templates and nothing of a request's content is there. So many
/// lines a second at most.
@Singleton
public final class RequestLog {

  private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
  private static final int FIRST_FAILURE = 500;

  private final LoggingSettings settings;
  private final long slowNanos;

  /// Lines of the second that [#second] counts.
  private final AtomicLong lines = new AtomicLong();

  private final AtomicLong second = new AtomicLong();
  private final AtomicLong leftOut = new AtomicLong();

  public RequestLog(LoggingSettings settings) {
    this.settings = settings;
    this.slowNanos = TimeUnit.MILLISECONDS.toNanos(settings.slowMillis());
  }

  /// A request was answered.
  ///
  /// @param route method and template of the path
  public void answered(String route, int status, long nanos) {
    boolean failed = status >= FIRST_FAILURE;
    boolean slow = nanos >= slowNanos;
    if (!failed && !slow && !drawn()) {
      return;
    }
    if (!mayWrite(System.nanoTime())) {
      leftOut.incrementAndGet();
      return;
    }
    LoggingEventBuilder line = failed || slow ? LOG.atWarn() : LOG.atInfo();
    long missing = leftOut.getAndSet(0);
    if (missing > 0) {
      line = line.addKeyValue("left_out", missing);
    }
    line.addKeyValue("route", route)
        .addKeyValue("status", status)
        .addKeyValue("micros", TimeUnit.NANOSECONDS.toMicros(nanos))
        .log("{} answered {} after {} ms", route, status, TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  private boolean drawn() {
    double share = settings.requestShare();
    return share > 0 && ThreadLocalRandom.current().nextDouble() < share;
  }

  /// Two threads that begin a second at once may write a few lines more.
  private boolean mayWrite(long nanos) {
    long now = TimeUnit.NANOSECONDS.toSeconds(nanos);
    if (second.getAndSet(now) != now) {
      lines.set(0);
    }
    return lines.incrementAndGet() <= settings.maxRequestsPerSecond();
  }
}
