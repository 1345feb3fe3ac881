package dev.hstu.index.live;

import dev.hstu.kernels.log.LogBatch;
import dev.hstu.kernels.log.LogSegment;
import dev.hstu.kernels.storage.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Rewrites closed segments as one that holds the last update of each id only. The new segment
/// appears by one rename over the last of the old ones and covers all of them, so a crash before
/// leaves the old, and after it leftovers that nobody reads.
final class LogCompaction {

  /// Records in one batch: a reader holds one batch in memory.
  private static final int BATCH_RECORDS = 1_024;

  private final FileChannel target;
  private final List<byte[]> records = new ArrayList<>();
  private String fingerprint = "";

  private LogCompaction(FileChannel target) {
    this.target = target;
  }

  /// @param closed at least one, adjacent, the first of the log among them
  static LogSegment compact(Path folder, List<LogSegment> closed) throws IOException {
    LogSegment last = closed.getLast();
    try (LogSnapshot log = LogSnapshot.of(closed);
        AtomicFile file = AtomicFile.replacing(LogSegment.path(folder, last.number()))) {
      LastUpdates updates = LastUpdates.of(log, 0);
      LogBatch.writeFully(
          file.channel(),
          ByteBuffer.wrap(LogSegment.header(UpdateBatch.FORMAT, closed.getFirst().coversFrom())));
      LogCompaction compaction = new LogCompaction(file.channel());
      updates.forEach(log, compaction::add);
      compaction.flush();
      file.commit();
    }
    return new LogSegment(
        UpdateBatch.FORMAT, last.file(), last.number(), closed.getFirst().coversFrom());
  }

  private void add(LoggedUpdate update) throws IOException {
    if (!update.modelFingerprint().equals(fingerprint) || records.size() == BATCH_RECORDS) {
      flush();
      fingerprint = update.modelFingerprint();
    }
    byte[] record = UpdateRecord.encode(update.update());
    UpdateRecord.stamp(record, update.sequence());
    records.add(record);
  }

  private void flush() throws IOException {
    if (!records.isEmpty()) {
      LogBatch.writeFully(target, UpdateBatch.encode(fingerprint, records));
      records.clear();
    }
  }
}
