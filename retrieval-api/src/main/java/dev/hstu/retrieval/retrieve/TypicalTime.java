package dev.hstu.retrieval.retrieve;

/// The median of what something takes, kept up as times come in and indifferent to how far off a
/// few of them are: moved by a fixed share of itself towards each (frugal streaming: Ma,
/// Muthukrishnan and Sandler, 2013). It follows a lasting change by a factor of two within some
/// ten times.
///
/// For any number of threads; of two times at once one may be lost, which moves no median.
final class TypicalTime {

  /// Share of the median that one time moves it by.
  private static final double STEP = 1.0 / 16;

  private volatile double nanos = Double.NaN;

  /// Takes a time in.
  void add(long tookNanos) {
    double before = nanos;
    if (Double.isNaN(before)) {
      nanos = tookNanos;
    } else {
      nanos = tookNanos > before ? before * (1 + STEP) : before / (1 + STEP);
    }
  }

  /// Whether it is known and no more than this.
  boolean isAtMost(long mostNanos) {
    return nanos <= mostNanos;
  }
}
