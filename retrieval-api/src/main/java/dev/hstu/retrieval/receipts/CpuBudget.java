package dev.hstu.retrieval.receipts;

import java.util.function.LongSupplier;

/// A token bucket of processor time: fills by a share of all processors, is emptied by what was
/// used. What is begun is finished, so one piece of work may overdraw it; nothing more is begun
/// until that is made up for. Over any time t no more is used than the share of t, a bucket and one
/// piece. For one thread.
final class CpuBudget {

  /// Time that a full bucket has gathered over.
  private static final double BUCKET_SECONDS = 1;

  private static final double NANOS = 1e9;

  private final double share;
  private final double bucketNanos;
  private final LongSupplier clock;
  private long filledAt;
  private double balanceNanos;

  /// @param share of all processors, above 0
  /// @param clock [System#nanoTime]
  CpuBudget(double share, int processors, LongSupplier clock) {
    this.share = share * processors;
    this.bucketNanos = this.share * BUCKET_SECONDS * NANOS;
    this.clock = clock;
    this.filledAt = clock.getAsLong();
  }

  /// Whether work may begin.
  boolean allows() {
    long now = clock.getAsLong();
    balanceNanos = Math.min(bucketNanos, balanceNanos + share * (now - filledAt));
    filledAt = now;
    return balanceNanos > 0;
  }

  /// Takes what work has used.
  void spend(long cpuNanos) {
    balanceNanos -= cpuNanos;
  }
}
