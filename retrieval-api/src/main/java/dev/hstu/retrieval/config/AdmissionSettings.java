package dev.hstu.retrieval.config;

import dev.hstu.retrieval.admission.GradientLimit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// How much work the service takes on at once; `admission.*`.
///
/// @param workers retrievals computed at the same time
/// @param maxQueued requests that may wait for a worker; one more is answered 429
/// @param deadlineMillis a request not answered after so long is answered 504
/// @param retryAfterSeconds what a turned-away client is told to wait
/// @param adaptive whether fewer are taken on when latency says so
/// @param allowedWaitMillis latency beyond that of the work itself that is no reason for it
public record AdmissionSettings(
    int workers,
    int maxQueued,
    int deadlineMillis,
    int retryAfterSeconds,
    boolean adaptive,
    int allowedWaitMillis) {

  /// How many times the latency of the work itself is no reason to take on fewer requests.
  private static final double TOLERANCE = 2;

  /// Of latencies gathered for one decision.
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

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
          "From arrival to answer; past it a request is answered 504, and not begun if it still waits;"
              + " one that would wait past it is answered 429 at once. The header"
              + " Hstu-Deadline-Millis of a request may shorten it.");
  static final Setting<Integer> RETRY_AFTER_SECONDS =
      Setting.integer(
          "admission.retry-after-seconds",
          1,
          1,
          3600,
          "Retry-After of 429 and 503: how long a turned-away client should wait.");
  static final Setting<Boolean> ADAPTIVE =
      Setting.flag(
          "admission.adaptive",
          true,
          "Whether fewer requests than admission.max-queued are taken on when latency grows: those"
              + " beyond are answered 429 and the others sooner.");
  static final Setting<Integer> ALLOWED_WAIT_MILLIS =
      Setting.integer(
          "admission.allowed-wait-millis",
          200,
          1,
          600_000,
          "Mean latency beyond that of the work itself up to which admission.adaptive takes on"
              + " everything: bursts and dearer requests after a swap are waited for, a standing queue"
              + " is not. The ladder acts sooner.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          WORKERS, MAX_QUEUED, DEADLINE_MILLIS, RETRY_AFTER_SECONDS, ADAPTIVE, ALLOWED_WAIT_MILLIS);

  static AdmissionSettings from(SettingValues values) {
    int workers = values.get(WORKERS);
    return new AdmissionSettings(
        workers == 0 ? Runtime.getRuntime().availableProcessors() : workers,
        values.get(MAX_QUEUED),
        values.get(DEADLINE_MILLIS),
        values.get(RETRY_AFTER_SECONDS),
        values.get(ADAPTIVE),
        values.get(ALLOWED_WAIT_MILLIS));
  }

  /// All that may be under way at once: computed and queued.
  public int places() {
    return workers + maxQueued;
  }

  /// What finds by latency how many may be under way; empty where only the queue's bound holds.
  public Optional<GradientLimit> limit() {
    return adaptive
        ? Optional.of(
            new GradientLimit(
                new GradientLimit.Rules(
                    Math.min(2 * workers, places()),
                    places(),
                    TOLERANCE,
                    TimeUnit.MILLISECONDS.toNanos(allowedWaitMillis),
                    WINDOW_NANOS)))
        : Optional.empty();
  }
}
