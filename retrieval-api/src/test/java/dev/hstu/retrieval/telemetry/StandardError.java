package dev.hstu.retrieval.telemetry;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.LoggerFactory;

/// What the process's log writes while this is open, in place of writing it to the standard error.
public final class StandardError implements AutoCloseable {

  private final OutputStreamAppender<ILoggingEvent> appender;
  private final OutputStream before;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @SuppressWarnings("unchecked") // as logback.xml has it
  public StandardError() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    appender =
        (OutputStreamAppender<ILoggingEvent>)
            context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR");
    before = appender.getOutputStream();
    appender.setOutputStream(written);
  }

  /// Whole lines so far.
  public List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Override
  public void close() {
    appender.setOutputStream(before);
  }
}
