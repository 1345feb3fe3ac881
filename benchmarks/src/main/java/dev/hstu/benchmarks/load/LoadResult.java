package dev.hstu.benchmarks.load;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// What a load test measured after its warm-up.
///
/// @param sent requests that were due
/// @param requestsPerSecond answered with 200, per second of the measured time
/// @param byOutcome number of answers by HTTP status, or by the exception's name
/// @param cheaper answers with 200 that name a `quality`, so that a service which gives up quality
///     to keep its latency is seen to
/// @param latencyMicros from the instant a request was due to its last byte, of answers with 200
public record LoadResult(
    long sent,
    double requestsPerSecond,
    Map<String, Long> byOutcome,
    long cheaper,
    Map<String, Long> latencyMicros) {

  static LoadResult of(
      Histogram micros, Map<String, Long> byOutcome, long cheaper, double seconds) {
    Map<String, Long> quantiles = new TreeMap<>();
    quantiles.put("p50", micros.getValueAtPercentile(50));
    quantiles.put("p90", micros.getValueAtPercentile(90));
    quantiles.put("p99", micros.getValueAtPercentile(99));
    quantiles.put("p999", micros.getValueAtPercentile(99.9));
    quantiles.put("max", micros.getMaxValue());
    long sent = byOutcome.values().stream().mapToLong(Long::longValue).sum();
    return new LoadResult(
        sent, micros.getTotalCount() / seconds, new TreeMap<>(byOutcome), cheaper, quantiles);
  }

  /// Answers that were not 200.
  public long failures() {
    return sent - byOutcome.getOrDefault("200", 0L);
  }
}
