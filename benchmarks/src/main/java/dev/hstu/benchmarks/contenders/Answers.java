package dev.hstu.benchmarks.contenders;

/// What was found for a slice of queries and how long it took. The arrays are shared, not copied.
///
/// @param rows `[queries][k]`, one after another; -1 where fewer were found
/// @param nanos of each call, by the wall clock
/// @param cpuNanos of all calls together, of the processor under the thread that searched
public record Answers(int[] rows, long[] nanos, long cpuNanos) {

  /// Of all calls, by the wall clock.
  public long totalNanos() {
    long total = 0;
    for (long call : nanos) {
      total += call;
    }
    return total;
  }
}
