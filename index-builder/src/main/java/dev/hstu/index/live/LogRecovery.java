package dev.hstu.index.live;

import dev.hstu.kernels.storage.DamagedFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a log is after its writer died at any moment: leftovers of a compaction removed, the torn
/// last batch cut off.
///
/// Batches are made durable one after the other, so only the very last can be torn, and it was
/// never acknowledged. Anything else that isn't whole is damage: cutting there would lose
/// acknowledged updates, so it is refused instead. Damage to the last batch can't be told from a
/// torn one.
///
/// @param segments current ones, the last to be appended to; empty in an empty folder
/// @param end where the last one ends
/// @param lastSequence 0 in an empty log
/// @param bytes of all
record LogRecovery(List<LogSegment> segments, long end, long lastSequence, long bytes) {

  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  /// Recovers a folder, whose lock the caller holds.
  ///
  /// @throws DamagedFileException naming file and offset of damage
  static LogRecovery of(Path folder) throws IOException {
    List<LogSegment> all = LogSegment.all(folder);
    List<LogSegment> segments = LogSegment.current(all);
    List<LogSegment> leftovers = new ArrayList<>(all);
    leftovers.removeAll(segments);
    for (LogSegment leftover : leftovers) {
      Files.delete(leftover.file());
    }
    long last = 0;
    long end = 0;
    long bytes = 0;
    for (int i = 0; i < segments.size(); i++) {
      SequenceCheck check = new SequenceCheck(segments.get(i), last);
      end = recover(segments.get(i), i == segments.size() - 1, check);
      last = check.last;
      bytes += end;
    }
    return new LogRecovery(segments, end, last, bytes);
  }

  private static long recover(LogSegment segment, boolean isLast, SequenceCheck check)
      throws IOException {
    try (FileChannel file =
        FileChannel.open(segment.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = LogSegment.walk(file, check);
      long torn = file.size() - end;
      if (torn > 0) {
        if (!isLast || hasBatchAfter(file, end)) {
          throw check.damaged(end);
        }
        file.truncate(end);
        file.force(true);
        LOG.warn("{}: cut {} bytes of a batch that was never acknowledged", segment.file(), torn);
      }
      return end;
    }
  }

  private static boolean hasBatchAfter(FileChannel file, long offset) throws IOException {
    for (long at = offset + 1; at + UpdateBatch.HEADER_BYTES <= file.size(); at++) {
      if (UpdateBatch.readAt(file, at) != null) {
        return true;
      }
    }
    return false;
  }

  /// Sequence numbers ascend over the whole log.
  private static final class SequenceCheck implements LogSegment.BatchConsumer {

    private final LogSegment segment;
    private long last;
    private long offset = LogSegment.HEADER_BYTES;

    SequenceCheck(LogSegment segment, long last) {
      this.segment = segment;
      this.last = last;
    }

    @Override
    public void accept(UpdateBatch batch) throws IOException {
      for (LoggedUpdate update : batch.updates()) {
        if (update.sequence() <= last) {
          throw damaged(offset);
        }
        last = update.sequence();
      }
      offset += batch.bytes();
    }

    DamagedFileException damaged(long at) {
      return new DamagedFileException(
          segment.file(),
          "offset %d: the batch after update %d is damaged; restore the file from a backup"
              .formatted(at, last));
    }
  }
}
