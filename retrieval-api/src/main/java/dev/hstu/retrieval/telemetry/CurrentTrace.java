package dev.hstu.retrieval.telemetry;

/// The trace of the request that the calling thread works for. Whoever hands work of a request to
/// another thread takes [#get] along and sets it there:
///
/// ```java
/// try (CurrentTrace.Scope _ = CurrentTrace.set(trace)) { ... }
/// ```
public final class CurrentTrace {

  private static final ThreadLocal<RequestTrace> CURRENT =
      ThreadLocal.withInitial(() -> RequestTrace.NONE);

  private CurrentTrace() {}

  /// Ends what [#set] began.
  @FunctionalInterface
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /// [RequestTrace#NONE] outside of requests.
  public static RequestTrace get() {
    return CURRENT.get();
  }

  /// Sets the trace until the close of what is returned, on this thread.
  public static Scope set(RequestTrace trace) {
    RequestTrace before = swap(trace);
    return () -> CURRENT.set(before);
  }

  /// Sets the trace.
  ///
  /// @return the one before, for the caller to set again
  public static RequestTrace swap(RequestTrace trace) {
    RequestTrace before = CURRENT.get();
    CURRENT.set(trace);
    return before;
  }
}
