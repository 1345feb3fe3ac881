package dev.hstu.retrieval.tier;

/// Why an endpoint did not encode.
final class EndpointFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// What follows from it.
  enum Kind {
    /// It can't be reached or didn't answer in time: another one is asked, the circuit counts it.
    UNREACHABLE(true, true),
    /// It answered what no encoder should: the same.
    BROKEN(true, true),
    /// It has enough to do, is starting or stopping: another one is asked.
    BUSY(true, false),
    /// It has other models: another one is asked.
    OTHER_MODEL(true, false),
    /// It says the request is wrong, which it would be elsewhere.
    REFUSED(false, false),
    /// It can't make the deadline.
    LATE(false, false);

    private final boolean retried;
    private final boolean counted;

    Kind(boolean retried, boolean counted) {
      this.retried = retried;
      this.counted = counted;
    }
  }

  private final Kind kind;

  EndpointFailure(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /// Whether another endpoint may do better.
  boolean isRetried() {
    return kind.retried;
  }

  /// Whether it says that the endpoint is not well.
  boolean isCounted() {
    return kind.counted;
  }
}
