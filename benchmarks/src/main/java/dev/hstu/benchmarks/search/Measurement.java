package dev.hstu.benchmarks.search;

/// What one contender did at one target, on one thread.
///
/// @param contender its name
/// @param choice what it stood for, where it chose among others; else empty
/// @param batch queries a call
/// @param effort its parameter, chosen on the tuning queries; empty where it has none
/// @param reached whether the tuning queries reached the recall at any effort; where they didn't,
///     its rate is not to be compared
/// @param tuningRecall on the tuning queries
/// @param recall on the measuring queries
/// @param queriesPerSecond median over the rounds
/// @param leastPerSecond of the slowest round
/// @param mostPerSecond of the fastest
/// @param ratio of its rate to that of the first contender; NaN where that is not to be compared
/// @param p50Micros of its calls in all rounds
/// @param p99Micros of its calls in all rounds
public record Measurement(
    String contender,
    String choice,
    Target target,
    int batch,
    String effort,
    boolean reached,
    double tuningRecall,
    double recall,
    double queriesPerSecond,
    double leastPerSecond,
    double mostPerSecond,
    double ratio,
    double p50Micros,
    double p99Micros) {

  Measurement withRatioTo(Measurement base) {
    double of = base.reached && reached ? queriesPerSecond / base.queriesPerSecond : Double.NaN;
    return new Measurement(
        contender,
        choice,
        target,
        batch,
        effort,
        reached,
        tuningRecall,
        recall,
        queriesPerSecond,
        leastPerSecond,
        mostPerSecond,
        of,
        p50Micros,
        p99Micros);
  }
}
