package dev.hstu.retrieval.config;

import java.util.List;

/// How requests share calls of an encoder; `encoder.batch-*`.
///
/// @param waitMicros how long the first request of a call waits for others in the service; 0: every
///     request is encoded alone, on its worker's thread
/// @param maxUsers of one call
/// @param maxQueuedUsers that may wait for a call
/// @param threads calls at the same time; 0: as many as the engine can use
public record BatchingSettings(int waitMicros, int maxUsers, int maxQueuedUsers, int threads) {

  static final Setting<Integer> WAIT_MICROS =
      Setting.integer(
          "encoder.batch-wait-micros",
          0,
          0,
          10_000,
          "How long a request waits for others to share a call of the encoder in this process. 0"
              + " encodes each on its worker's own thread, best on a CPU, where a batch takes as long"
              + " as its users one after another; on a GPU some 300 are good.");
  static final Setting<Integer> MAX_USERS =
      Setting.integer(
          "encoder.batch-max-users",
          32,
          1,
          4096,
          "Most users of a shared call: the last of them waits for all.");
  static final Setting<Integer> MAX_QUEUED_USERS =
      Setting.integer(
          "encoder.batch-max-queued-users",
          1024,
          1,
          1_000_000,
          "Users that may wait for a shared call; one more is refused, so that no queue outgrows"
              + " the deadlines.");
  static final Setting<Integer> THREADS =
      Setting.integer(
          "encoder.batch-threads",
          0,
          0,
          1024,
          "Shared calls at the same time; 0 is one a processor, and 2 for a GPU: one batch is put"
              + " together while another computes.");

  static final List<Setting<?>> SETTINGS =
      List.of(WAIT_MICROS, MAX_USERS, MAX_QUEUED_USERS, THREADS);

  static BatchingSettings from(SettingValues values) {
    return new BatchingSettings(
        values.get(WAIT_MICROS),
        values.get(MAX_USERS),
        values.get(MAX_QUEUED_USERS),
        values.get(THREADS));
  }
}
