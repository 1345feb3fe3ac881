package dev.hstu.retrieval.config;

import java.util.List;

/// How much work the service takes on at once; `admission.*`.
///
/// @param workers retrievals computed at the same time
/// @param maxQueued requests that may wait for a worker; one more is answered 429
/// @param deadlineMillis a request not answered after so long is answered 504
/// @param retryAfterSeconds what a turned-away client is told to wait
public record AdmissionSettings(
    int workers, int maxQueued, int deadlineMillis, int retryAfterSeconds) {

  static final Setting<Integer> WORKERS =
      Setting.integer(
          "admission.workers",
          0,
          0,
          1024,
          "Retrievals computed at the same time; 0 means one a processor, since encoding and"
              + " searching are all computation.");
  static final Setting<Integer> MAX_QUEUED =
      Setting.integer(
          "admission.max-queued",
          256,
          1,
          100_000,
          "Requests that may wait for a worker; one more is answered 429 at once.");
  static final Setting<Integer> DEADLINE_MILLIS =
      Setting.integer(
          "admission.deadline-millis",
          2000,
          1,
          600_000,
          "From arrival to answer; past it a request is answered 504, and not begun if it still waits.");
  static final Setting<Integer> RETRY_AFTER_SECONDS =
      Setting.integer(
          "admission.retry-after-seconds",
          1,
          1,
          3600,
          "Retry-After of 429 and 503: how long a turned-away client should wait.");

  static final List<Setting<?>> SETTINGS =
      List.of(WORKERS, MAX_QUEUED, DEADLINE_MILLIS, RETRY_AFTER_SECONDS);

  static AdmissionSettings from(SettingValues values) {
    int workers = values.get(WORKERS);
    return new AdmissionSettings(
        workers == 0 ? Runtime.getRuntime().availableProcessors() : workers,
        values.get(MAX_QUEUED),
        values.get(DEADLINE_MILLIS),
        values.get(RETRY_AFTER_SECONDS));
  }
}
