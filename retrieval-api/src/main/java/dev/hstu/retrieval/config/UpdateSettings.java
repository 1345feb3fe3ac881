package dev.hstu.retrieval.config;

import dev.hstu.index.live.LiveSettings;
import java.time.Duration;
import java.util.List;

/// Changes of items while they are served; `updates.*`.
///
/// @param enabled whether this process takes updates and serves them
/// @param refreshMillis how long an update waits at most until a refresh makes it searchable
/// @param maxKept updates since the generation was built that are kept searchable
/// @param maxMemoryBytes for what searches read of them
public record UpdateSettings(boolean enabled, int refreshMillis, int maxKept, long maxMemoryBytes) {

  static final Setting<Boolean> ENABLED =
      Setting.flag(
          "updates.enabled",
          false,
          "Whether PUT and DELETE of items are taken and served. Only one process may write to the"
              + " log in a generations folder, and anyone who reaches the port may change items.");
  static final Setting<Integer> REFRESH_MILLIS =
      Setting.integer(
          "updates.refresh-millis",
          (int) LiveSettings.DEFAULT.refresh().toMillis(),
          0,
          (int) LiveSettings.MAX_REFRESH.toMillis(),
          "How long a durable update waits at most until a refresh makes it searchable; shorter"
              + " takes more of the processor from searches.");
  static final Setting<Integer> MAX_KEPT =
      Setting.integer(
          "updates.max-kept",
          LiveSettings.DEFAULT.maxLaterRows(),
          1,
          100_000_000,
          "Updates since the generation was built that are kept searchable, some 200 bytes of heap"
              + " each; one more is answered 503 until a generation that has them is published.");

  static final Setting<Long> MAX_MEMORY =
      Setting.bytes(
          "updates.max-memory",
          "1g",
          16L << 20,
          64L << 40,
          "Native memory for what searches read of later updates: some 70 bytes for each live one"
              + " where vectors of 64 values are searched by int8 codes, four times that for"
              + " float32, and up to twice that while updates go on. Beyond it they are answered 503"
              + " until a generation that has them is published.");

  static final List<Setting<?>> SETTINGS = List.of(ENABLED, REFRESH_MILLIS, MAX_KEPT, MAX_MEMORY);

  static UpdateSettings from(SettingValues values) {
    return new UpdateSettings(
        values.get(ENABLED),
        values.get(REFRESH_MILLIS),
        values.get(MAX_KEPT),
        values.get(MAX_MEMORY));
  }

  /// As the index takes them.
  public LiveSettings live() {
    return new LiveSettings(
        Duration.ofMillis(refreshMillis),
        LiveSettings.DEFAULT.refreshUpdates(),
        maxKept,
        maxMemoryBytes);
  }
}
