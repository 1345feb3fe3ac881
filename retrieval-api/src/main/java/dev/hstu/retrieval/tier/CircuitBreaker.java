package dev.hstu.retrieval.tier;

import java.util.function.LongSupplier;

/// Keeps requests from an endpoint that fails them. *Closed*: all pass; so many failures one after
/// another open it. *Open*: none passes for a while. *Half-open*: one passes, and closes the
/// circuit when it succeeds or opens it for another while when it fails. For any number of threads.
final class CircuitBreaker {

  /// Where the circuit is.
  enum State {
    CLOSED,
    HALF_OPEN,
    OPEN
  }

  private final int failuresToOpen;
  private final long openNanos;
  private final LongSupplier nanoClock;

  private State state = State.CLOSED;
  private int failures;
  private long openedNanos;
  private boolean trialUnderWay;

  /// @param failuresToOpen at least 1
  /// @param nanoClock as [System#nanoTime]
  CircuitBreaker(int failuresToOpen, long openNanos, LongSupplier nanoClock) {
    this.failuresToOpen = failuresToOpen;
    this.openNanos = openNanos;
    this.nanoClock = nanoClock;
  }

  /// Whether a request may pass; if so, exactly one of [#succeeded], [#failed] and [#undecided] is
  /// to follow.
  synchronized boolean tryPass() {
    look();
    return switch (state) {
      case CLOSED -> true;
      case OPEN -> false;
      case HALF_OPEN -> {
        boolean first = !trialUnderWay;
        trialUnderWay = true;
        yield first;
      }
    };
  }

  /// A request was answered.
  synchronized void succeeded() {
    trialUnderWay = false;
    failures = 0;
    state = State.CLOSED;
  }

  /// A request was not answered, or wrongly.
  synchronized void failed() {
    trialUnderWay = false;
    failures++;
    if (state == State.HALF_OPEN || failures >= failuresToOpen) {
      state = State.OPEN;
      openedNanos = nanoClock.getAsLong();
    }
  }

  /// A request ended in a way that says nothing about the endpoint.
  synchronized void undecided() {
    trialUnderWay = false;
  }

  synchronized State state() {
    look();
    return state;
  }

  private void look() {
    if (state == State.OPEN && nanoClock.getAsLong() - openedNanos >= openNanos) {
      state = State.HALF_OPEN;
    }
  }
}
