package dev.hstu.index.live;

import java.time.Duration;

/// Bounds of a [LiveIndex].
///
/// @param refresh at most so long an update waits until a refresh begins that makes it searchable;
///     shorter takes more of the processor from searches
/// @param refreshUpdates most updates that one refresh takes in, so that a long run of them becomes
///     searchable bit by bit
/// @param maxLaterRows updates since the generation was built that are kept searchable: some 200
///     bytes of heap and a vector on disk each. Beyond it updates are refused until a generation
///     that has carried them is published
/// @param maxLaterBytes memory for what is swept of them, at least 1: for each live one its code or
///     vector as the index has them, up to half as much of room and dead ones, and 8 bytes. Beyond
///     it likewise, but for those that are on their way already
public record LiveSettings(
    Duration refresh, int refreshUpdates, int maxLaterRows, long maxLaterBytes) {

  /// Longest time to a refresh: what is promised is one second.
  public static final Duration MAX_REFRESH = Duration.ofMillis(500);

  /// Refreshed every 200 ms, 5 million later rows, 1 GiB of memory: the codes of as many vectors of
  /// 64 values twice over, within the native memory that the Java machine allows a heap of 2 GiB.
  public static final LiveSettings DEFAULT =
      new LiveSettings(Duration.ofMillis(200), 20_000, 5_000_000, 1L << 30);

  public LiveSettings {
    if (refresh.isNegative() || refresh.compareTo(MAX_REFRESH) > 0) {
      throw new IllegalArgumentException(
          "refresh=%s must be within 0..%s".formatted(refresh, MAX_REFRESH));
    }
    if (refreshUpdates < 1) {
      throw new IllegalArgumentException(
          "refreshUpdates=%d must be at least 1".formatted(refreshUpdates));
    }
    if (maxLaterRows < 1) {
      throw new IllegalArgumentException(
          "maxLaterRows=%d must be at least 1".formatted(maxLaterRows));
    }
    if (maxLaterBytes < 1) {
      throw new IllegalArgumentException(
          "maxLaterBytes=%d must be at least 1".formatted(maxLaterBytes));
    }
  }
}
