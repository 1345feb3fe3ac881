package dev.hstu.retrieval.telemetry;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import dev.hstu.retrieval.config.LoggingSettings;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Makes the process's log look as configured: what `logback.xml` writes, and what libraries write
/// by `java.util.logging`, which joins it.
public final class LogFormat {

  private static final String TEXT_ENCODER = "hstu.text-encoder";

  private LogFormat() {}

  /// Sets the format of every line from now on, for the whole process.
  public static void set(LoggingSettings.Format format) {
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      Iterator<Appender<ILoggingEvent>> appenders =
          context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
      while (appenders.hasNext()) {
        if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> stream) {
          set(stream, format, context);
        }
      }
    }
  }

  @SuppressWarnings("unchecked") // the object that setEncoder took
  private static void set(
      OutputStreamAppender<ILoggingEvent> stream,
      LoggingSettings.Format format,
      LoggerContext context) {
    @Nullable Object text = context.getObject(TEXT_ENCODER + stream.getName());
    switch (format) {
      case JSON -> {
        if (text == null) {
          context.putObject(TEXT_ENCODER + stream.getName(), stream.getEncoder());
          stream.setEncoder(json(context));
        }
      }
      case TEXT -> {
        if (text != null) {
          context.removeObject(TEXT_ENCODER + stream.getName());
          stream.setEncoder((Encoder<ILoggingEvent>) text);
        }
      }
    }
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonLogLayout layout = new JsonLogLayout();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    return encoder;
  }
}
