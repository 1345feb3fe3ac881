package dev.hstu.index.live;

/// Bounds of an [UpdateLog].
///
/// @param segmentBytes a segment is closed once it has so many bytes: what one compaction rewrites
///     at least, and what a start reads twice at most while nothing is compacted
/// @param waitingBytes records that may wait for the disk; beyond it updates are refused with
///     [UpdatesRefusedException]
/// @param maxBytes of all segments together; beyond it updates are refused until fewer distinct
///     items are kept
public record LogSettings(int segmentBytes, int waitingBytes, long maxBytes) {

  /// Segments of 64 MiB, 8 MiB waiting (some 25,000 updates of 64 values), 16 GiB in all.
  public static final LogSettings DEFAULT = new LogSettings(64 << 20, 8 << 20, 16L << 30);

  public LogSettings {
    if (segmentBytes < 1) {
      throw new IllegalArgumentException(
          "segmentBytes=%d must be at least 1".formatted(segmentBytes));
    }
    if (waitingBytes < UpdateRecord.MAX_BYTES || waitingBytes > UpdateBatch.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "waitingBytes=%d must be within %d..%d, one record and one batch"
              .formatted(waitingBytes, UpdateRecord.MAX_BYTES, UpdateBatch.MAX_LENGTH));
    }
    if (maxBytes < segmentBytes) {
      throw new IllegalArgumentException(
          "maxBytes=%d must be at least segmentBytes=%d".formatted(maxBytes, segmentBytes));
    }
  }
}
