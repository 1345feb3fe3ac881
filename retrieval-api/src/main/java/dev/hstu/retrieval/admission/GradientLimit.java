package dev.hstu.retrieval.admission;

import java.util.Arrays;

/// Finds by latency how many requests may be under way at once.
///
/// The gradient algorithm of Netflix's concurrency-limits (`GradientLimit`, after TCP Vegas): the
/// limit is multiplied by `least latency / latency now`, within 1/2..1, and the square root of
/// itself is added as room to grow. Three departures, since we own the queue:
/// - the least latency is that of the work itself, without the wait in our queue: the minimum over
///   [#MEMORY_WINDOWS] windows of a window's mean, so that one answer from a cache doesn't set it;
/// - a latency up to [Rules#tolerance] times it, or [Rules#allowedNanos] more than it, is no
///   reason for a smaller limit: after a swap of generations the same requests cost more, and a
///   burst that clears soon needs no refusals;
/// - the limit begins at its greatest, since the queue behind it is bounded and requests that
///   would be late are refused anyway; and it grows back while there is little load.
///
/// Not thread-safe.
public final class GradientLimit {

  /// Of windows of at least [Rules#windowNanos] each: half a minute at 100 ms.
  static final int MEMORY_WINDOWS = 300;

  /// Fewer answers say too little.
  private static final int MIN_ANSWERS = 10;

  private static final double STEEPEST = 0.5;

  /// What bounds the search.
  ///
  /// @param least limit, at least 1: enough to keep every worker busy
  /// @param most limit, at least `least`
  /// @param tolerance how many times the least latency is still good, at least 1
  /// @param allowedNanos latency beyond the least that is still good
  /// @param windowNanos how long latencies are gathered for one decision
  public record Rules(int least, int most, double tolerance, long allowedNanos, long windowNanos) {

    public Rules {
      if (least < 1 || most < least) {
        throw new IllegalArgumentException(
            "least=%d must be at least 1 and at most most=%d".formatted(least, most));
      }
      if (!(tolerance >= 1) || allowedNanos < 0 || windowNanos < 1) {
        throw new IllegalArgumentException(
            "tolerance=%s must be at least 1, allowedNanos=%d at least 0, windowNanos=%d at least 1"
                .formatted(tolerance, allowedNanos, windowNanos));
      }
    }
  }

  private final Rules rules;
  private final double[] means = new double[MEMORY_WINDOWS];
  private int windows;
  private double limit;

  private long windowStart;
  private boolean begun;
  private int answers;
  private int works;
  private double latencySum;
  private double workSum;

  public GradientLimit(Rules rules) {
    this.rules = rules;
    this.limit = rules.most;
    Arrays.fill(means, Double.POSITIVE_INFINITY);
  }

  /// How many may be under way.
  public int limit() {
    return (int) limit;
  }

  /// One request was answered.
  ///
  /// @param latencyNanos from arrival to answer
  /// @param waitedNanos of it in our queue
  public void answered(long nowNanos, long latencyNanos, long waitedNanos) {
    works++;
    workSum += Math.max(0, latencyNanos - waitedNanos);
    ended(nowNanos, latencyNanos);
  }

  /// One request was given up while it waited.
  public void expired(long nowNanos, long latencyNanos) {
    ended(nowNanos, latencyNanos);
  }

  private void ended(long nowNanos, long latencyNanos) {
    if (!begun) {
      begun = true;
      windowStart = nowNanos;
    }
    answers++;
    latencySum += latencyNanos;
    if (nowNanos - windowStart >= rules.windowNanos && answers >= MIN_ANSWERS) {
      decide();
      windowStart = nowNanos;
      answers = 0;
      works = 0;
      latencySum = 0;
      workSum = 0;
    }
  }

  private void decide() {
    if (works > 0) {
      means[windows++ % MEMORY_WINDOWS] = workSum / works;
    }
    double least = Arrays.stream(means).min().orElseThrow();
    double good = Math.max(rules.tolerance * least, least + rules.allowedNanos);
    double gradient = Math.clamp(good / (latencySum / answers), STEEPEST, 1);
    limit = Math.clamp(limit * gradient + Math.sqrt(limit), rules.least, rules.most);
  }
}
