package dev.hstu.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a load test measured after its warm-up. Latencies are in microseconds from the instant a
/// request was due to its answer's last byte, of answers with 200: quantiles and `count`, by name.
///
/// @param sent requests that were due
/// @param requestsPerSecond answered with 200, per second of the measured time
/// @param byOutcome number of answers by HTTP status, or by the exception's name
/// @param cheaper answers with 200 that name a `quality`, so that a service which gives up quality
///     to keep its latency is seen to
/// @param latencyMicros of all
/// @param latencyByCache by what the answer says of its `cache`, since those that were kept and
///     those that were computed are two kinds; `none` where it says nothing
/// @param latencyBySecond of the measured time
public record LoadResult(
    long sent,
    double requestsPerSecond,
    Map<String, Long> byOutcome,
    long cheaper,
    Map<String, Long> latencyMicros,
    Map<String, Map<String, Long>> latencyByCache,
    List<Map<String, Long>> latencyBySecond) {

  static LoadResult of(
      List<Latencies> latencies, Map<String, Long> byOutcome, long cheaper, double seconds) {
    Map<String, Long> all = Latencies.quantiles(latencies);
    long sent = byOutcome.values().stream().mapToLong(Long::longValue).sum();
    return new LoadResult(
        sent,
        all.getOrDefault("count", 0L) / seconds,
        new TreeMap<>(byOutcome),
        cheaper,
        all,
        Latencies.quantilesByKind(latencies),
        Latencies.quantilesBySecond(latencies));
  }

  /// Answers that were not 200.
  public long failures() {
    return sent - byOutcome.getOrDefault("200", 0L);
  }
}
