package dev.hstu.retrieval.tier;

/// How long one call of an encoder takes, measured: a moving mean of the latest calls, by which a
/// request is judged that has little time left. For any number of threads.
///
/// Each refusal lowers the mean a little. After one slow call, which would otherwise have every
/// later request refused, calls are so tried again.
final class EncodeTime {

  /// Weight of the latest call, as a shift: 1/8.
  private static final int SHIFT = 3;

  private long meanNanos;

  /// Takes the duration of a call in.
  synchronized void measured(long nanos) {
    meanNanos = meanNanos == 0 ? nanos : meanNanos + ((nanos - meanNanos) >> SHIFT);
  }

  /// Whether a call begun now would likely end in time. Asked once a request, since a no counts.
  synchronized boolean fits(long nowNanos, long deadlineNanos) {
    boolean fits = deadlineNanos - nowNanos > meanNanos;
    if (!fits) {
      meanNanos -= meanNanos >> SHIFT;
    }
    return fits;
  }

  /// The mean, 0 before the first call.
  synchronized long meanNanos() {
    return meanNanos;
  }
}
