package dev.hstu.retrieval.admission;

/// How many requests a second were answered while the encoders' queue stood, which is the most
/// they can. The longer ago that was, the more is thought possible: it doubles with each
/// [QualityLadder#FORGET_NANOS].
///
/// Not thread-safe.
final class SaturatedRate {

  private static final double NANOS_PER_SECOND = 1e9;

  /// What is measured now counts this share at least.
  private static final long MEMORY_NANOS = 5_000_000_000L;

  private double perSecond;
  private long measuredNanos;
  private long measuredAt;

  /// @param answered in a time in which the queue stood
  void measured(long nowNanos, long answered, long nanos) {
    measuredNanos = Math.min(measuredNanos + nanos, Math.max(nanos, MEMORY_NANOS));
    perSecond +=
        (answered * NANOS_PER_SECOND / nanos - perSecond) * ((double) nanos / measuredNanos);
    measuredAt = nowNanos;
  }

  /// Requests a second; without bound where none was ever met.
  double at(long nowNanos) {
    return measuredNanos == 0
        ? Double.POSITIVE_INFINITY
        : perSecond * Math.pow(2, (double) (nowNanos - measuredAt) / QualityLadder.FORGET_NANOS);
  }
}
