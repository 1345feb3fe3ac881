package dev.hstu.retrieval.tier;

/// The bounds of a [MicroBatcher].
///
/// @param waitNanos how long the first request of a batch waits for others at most
/// @param maxUsers of one call of the encoder; a request of more is a call of its own
/// @param maxQueuedUsers that wait at most; a request that finds none waiting is always taken
/// @param threads calls of the encoder at the same time
public record BatchLimits(long waitNanos, int maxUsers, int maxQueuedUsers, int threads) {

  public BatchLimits {
    if (waitNanos < 0 || maxUsers < 1 || maxQueuedUsers < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "waitNanos=%d must not be negative; maxUsers=%d, maxQueuedUsers=%d, threads=%d at least 1"
              .formatted(waitNanos, maxUsers, maxQueuedUsers, threads));
    }
  }
}
