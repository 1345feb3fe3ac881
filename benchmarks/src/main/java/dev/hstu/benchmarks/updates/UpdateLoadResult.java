package dev.hstu.benchmarks.updates;

import dev.hstu.index.live.LiveStatus;
import org.HdrHistogram.Histogram;

/// What was measured. Microseconds, but for the acknowledgement and the time to be searchable,
/// which count from when an update was due.
///
/// @param before searches without updates
/// @param beside searches beside updates
/// @param after searches over what the updates left, without more of them
/// @param acknowledged from due to durable, milliseconds
/// @param searchable from due to searchable, milliseconds
/// @param updatesPerSecond that were acknowledged
/// @param status at the end
public record UpdateLoadResult(
    Histogram before,
    Histogram beside,
    Histogram after,
    Histogram acknowledged,
    Histogram searchable,
    double updatesPerSecond,
    LiveStatus status) {

  /// The 99th percentile beside updates over that without.
  public double p99Ratio() {
    return (double) beside.getValueAtPercentile(99) / before.getValueAtPercentile(99);
  }
}
