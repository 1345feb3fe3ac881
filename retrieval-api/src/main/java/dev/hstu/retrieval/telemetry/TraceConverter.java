package dev.hstu.retrieval.telemetry;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/// `%trace` of `logback.xml`: the trace id of the request that a line is about, if any.
public final class TraceConverter extends ClassicConverter {

  @Override
  public String convert(ILoggingEvent event) {
    RequestTrace trace = CurrentTrace.get();
    return trace.isPresent() ? " [trace " + trace.traceId() + "]" : "";
  }
}
