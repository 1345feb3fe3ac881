package dev.hstu.benchmarks.gpu;

import java.util.Arrays;
import java.util.Locale;

/// How long repeated calls took, in ascending order.
///
/// @param nanos sorted, at least one
record Durations(long[] nanos) {

  /// How long a call is repeated before it is timed: a card that was idle raises its clocks first,
  /// and Java compiles what it runs.
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  /// Times `calls` calls after others that aren't counted.
  static Durations of(int calls, Runnable call) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < WARM_UP_NANOS) {
      call.run();
    }
    return ofWarm(calls, call);
  }

  /// Times `calls` calls of what is warm.
  static Durations ofWarm(int calls, Runnable call) {
    long[] nanos = new long[calls];
    for (int i = 0; i < calls; i++) {
      long start = System.nanoTime();
      call.run();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return new Durations(nanos);
  }

  /// The value that `share` of the calls don't exceed, in milliseconds.
  double millis(double share) {
    int at = (int) Math.ceil(share * nanos.length) - 1;
    return nanos[Math.clamp(at, 0, nanos.length - 1)] / 1e6;
  }

  /// Such as `p1 0.291 p50 0.302 p99 0.344 ms of 2000`.
  String spread() {
    return String.format(
        Locale.ROOT,
        "p1 %.3f p50 %.3f p99 %.3f ms of %d",
        millis(0.01),
        millis(0.5),
        millis(0.99),
        nanos.length);
  }
}
