package dev.hstu.retrieval.config;

import java.util.List;

/// What is kept of answers, and for how long; `cache.*`.
///
/// @param embeddingsEnabled whether user embeddings are kept
/// @param embeddingsBytes heap for them
/// @param resultsEnabled whether lists of candidates are kept
/// @param resultsBytes heap for them
/// @param replaySeconds how long what belongs to other times than now is kept unused
public record CacheSettings(
    boolean embeddingsEnabled,
    long embeddingsBytes,
    boolean resultsEnabled,
    long resultsBytes,
    boolean requestsEnabled,
    long requestsBytes,
    int replaySeconds) {

  static final Setting<Boolean> EMBEDDINGS_ENABLED =
      Setting.flag(
          "cache.embeddings-enabled",
          true,
          "Whether user embeddings are kept until the request time at which they change.");
  static final Setting<Long> EMBEDDINGS_MEMORY =
      Setting.bytes(
          "cache.embeddings-memory",
          "64m",
          1L << 20,
          1L << 40,
          "Heap for user embeddings, some 3 KiB each where 200 events of a user count; the least"
              + " useful go first.");
  static final Setting<Boolean> RESULTS_ENABLED =
      Setting.flag(
          "cache.results-enabled",
          true,
          "Whether lists of candidates are kept until the request time at which they change; an"
              + " update of any item makes all of them useless.");
  static final Setting<Long> RESULTS_MEMORY =
      Setting.bytes(
          "cache.results-memory",
          "64m",
          1L << 20,
          1L << 40,
          "Heap for lists of candidates, some 9 KiB each for 100 candidates and 200 events; the"
              + " least useful go first.");
  static final Setting<Boolean> REQUESTS_ENABLED =
      Setting.flag(
          "cache.requests-enabled",
          true,
          "Whether a request of the very bytes of one that was answered from a kept list is answered"
              + " without being read again.");
  static final Setting<Long> REQUESTS_MEMORY =
      Setting.bytes(
          "cache.requests-memory",
          "32m",
          1L << 20,
          1L << 40,
          "Heap for such requests and their answers, some 20 KiB each for 200 events and 100"
              + " candidates; the least useful go first.");
  static final Setting<Integer> REPLAY_SECONDS =
      Setting.integer(
          "cache.replay-seconds",
          600,
          0,
          86_400,
          "How long what was computed for another time than the server's now is kept after its last"
              + " use: the end of its own time is no guide.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          EMBEDDINGS_ENABLED,
          EMBEDDINGS_MEMORY,
          RESULTS_ENABLED,
          RESULTS_MEMORY,
          REQUESTS_ENABLED,
          REQUESTS_MEMORY,
          REPLAY_SECONDS);

  static CacheSettings from(SettingValues values) {
    return new CacheSettings(
        values.get(EMBEDDINGS_ENABLED),
        values.get(EMBEDDINGS_MEMORY),
        values.get(RESULTS_ENABLED),
        values.get(RESULTS_MEMORY),
        values.get(REQUESTS_ENABLED),
        values.get(REQUESTS_MEMORY),
        values.get(REPLAY_SECONDS));
  }

  /// Heap that the caches take at most.
  public long maxBytes() {
    return (embeddingsEnabled ? embeddingsBytes : 0)
        + (resultsEnabled ? resultsBytes : 0)
        + (requestsEnabled ? requestsBytes : 0);
  }
}
