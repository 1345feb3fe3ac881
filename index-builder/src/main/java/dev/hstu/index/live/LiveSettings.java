package dev.hstu.index.live;

import java.time.Duration;

/// Bounds of a [LiveIndex].
///
/// @param refresh at most so long an update waits until a refresh begins that makes it searchable;
///     shorter makes more and smaller segments
/// @param refreshUpdates most updates that one refresh takes in, so that a long run of them becomes
///     searchable bit by bit
/// @param maxLaterRows updates since the generation was built that are kept searchable: some 200
///     bytes of heap and a vector on disk each. Beyond it updates are refused until a generation
///     that has carried them is published
public record LiveSettings(Duration refresh, int refreshUpdates, int maxLaterRows) {

  /// Longest time to a refresh: what is promised is one second.
  public static final Duration MAX_REFRESH = Duration.ofMillis(500);

  /// Refreshed every 200 ms, 5 million later rows.
  public static final LiveSettings DEFAULT =
      new LiveSettings(Duration.ofMillis(200), 20_000, 5_000_000);

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
  }
}
