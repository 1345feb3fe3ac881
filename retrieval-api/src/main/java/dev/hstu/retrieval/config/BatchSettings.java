package dev.hstu.retrieval.config;

import java.util.List;

/// Streams of `POST /retrieve/batch`; `batch.*`.
///
/// @param maxStreams batches answered at the same time; one more is answered 429
/// @param maxLines most lines of one batch, blank ones too
/// @param maxLineBytes longest line
/// @param windowLines most lines that share one call of the encoder
/// @param windows windows of one batch computed at the same time
/// @param waitingLines lines of one batch read and not yet in a window, at most
/// @param waitingBytes bytes of all lines of one batch read and not yet answered, at least
///     `maxLineBytes`
/// @param deadlineSeconds from a batch's arrival to its last line read
public record BatchSettings(
    int maxStreams,
    int maxLines,
    int maxLineBytes,
    int windowLines,
    int windows,
    int waitingLines,
    int waitingBytes,
    int deadlineSeconds) {

  static final Setting<Integer> MAX_STREAMS =
      Setting.integer(
          "batch.max-streams",
          8,
          1,
          1024,
          "Batches answered at the same time; one more is answered 429. Each holds lines and"
              + " answers in memory.");
  static final Setting<Integer> MAX_LINES =
      Setting.integer(
          "batch.max-lines",
          1_000_000,
          1,
          100_000_000,
          "Most lines of one POST /retrieve/batch, so that a batch ends;"
              + " serving.max-upload-bytes bounds its bytes.");
  static final Setting<Integer> MAX_LINE_BYTES =
      Setting.integer(
          "batch.max-line-bytes",
          1 << 20,
          1024,
          64 << 20,
          "Longest line of a batch: fits 10,000 events and as many excluded ids.");
  static final Setting<Integer> WINDOW_LINES =
      Setting.integer(
          "batch.window-lines",
          32,
          1,
          1024,
          "Most lines that share one call of the encoder. A window keeps one worker for its time,"
              + " which single requests may wait for.");
  static final Setting<Integer> WINDOWS =
      Setting.integer(
          "batch.windows",
          2,
          1,
          64,
          "Windows of one batch computed at the same time; each takes a worker.");
  static final Setting<Integer> WAITING_LINES =
      Setting.integer(
          "batch.waiting-lines",
          64,
          1,
          10_000,
          "Lines of one batch read and not yet in a window; beyond them the client is held back.");
  static final Setting<Integer> WAITING_BYTES =
      Setting.integer(
          "batch.waiting-bytes",
          4 << 20,
          1024,
          256 << 20,
          "Bytes of one batch read and not yet answered; beyond them the client is held back.");
  static final Setting<Integer> DEADLINE_SECONDS =
      Setting.integer(
          "batch.deadline-seconds",
          600,
          1,
          86_400,
          "How long one batch may send lines, so that a slow client holds no place for ever; each"
              + " window has admission.deadline-millis besides.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          MAX_STREAMS,
          MAX_LINES,
          MAX_LINE_BYTES,
          WINDOW_LINES,
          WINDOWS,
          WAITING_LINES,
          WAITING_BYTES,
          DEADLINE_SECONDS);

  public BatchSettings {
    if (maxLineBytes > waitingBytes) {
      throw new InvalidSettingException(
          "%s=%d must be at most %s=%d; lower the first or raise the second"
              .formatted(MAX_LINE_BYTES.key(), maxLineBytes, WAITING_BYTES.key(), waitingBytes));
    }
  }

  static BatchSettings from(SettingValues values) {
    return new BatchSettings(
        values.get(MAX_STREAMS),
        values.get(MAX_LINES),
        values.get(MAX_LINE_BYTES),
        values.get(WINDOW_LINES),
        values.get(WINDOWS),
        values.get(WAITING_LINES),
        values.get(WAITING_BYTES),
        values.get(DEADLINE_SECONDS));
  }
}
