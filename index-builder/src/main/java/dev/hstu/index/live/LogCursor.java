package dev.hstu.index.live;

import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.log.LogBatch;
import dev.hstu.kernels.log.LogSegment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Follows a log that is being written, batch by batch. Compaction may replace segments under it:
/// the one being read stays readable, and what a later one repeats is skipped by its sequence
/// number. For one thread.
final class LogCursor implements AutoCloseable {

  private final UpdateLog log;
  private long position;

  /// The segment being read, 0 before the first.
  private long segment;

  private @Nullable FileChannel file;
  private long offset;

  /// @param after updates up to this sequence number are skipped
  LogCursor(UpdateLog log, long after) {
    this.log = log;
    this.position = after;
    // Segments before the last one that may begin with the next update hold only earlier ones.
    log.segments().stream()
        .filter(candidate -> candidate.coversFrom() <= after + 1)
        .reduce((_, later) -> later)
        .ifPresent(first -> segment = first.number() - 1);
  }

  /// Goes on where a snapshot of the log ended, without reading anew what that held.
  ///
  /// @param after the last sequence number of the snapshot, or what it was read for
  /// @param end the snapshot's; its file is this cursor's from now on
  LogCursor(UpdateLog log, long after, LogSnapshot.Place end) {
    this.log = log;
    this.position = after;
    this.segment = end.segment();
    this.file = end.file();
    this.offset = end.offset();
  }

  /// The sequence number of the last update handed over.
  long position() {
    return position;
  }

  /// The next updates in order, all durable; empty when there are none yet.
  List<LoggedUpdate> next() throws IOException {
    while (position < log.lastSequence()) {
      @Nullable LogBatch batch =
          file == null ? null : LogBatch.readAt(UpdateBatch.FORMAT, file, offset);
      if (batch == null) {
        if (!nextSegment()) {
          return List.of();
        }
        continue;
      }
      offset += batch.bytes();
      // A cursor that begins late passes over all that was taken in before.
      BackgroundThreads.giveWay();
      List<LoggedUpdate> later =
          UpdateBatch.of(batch).updates().stream()
              .filter(update -> update.sequence() > position)
              .toList();
      if (!later.isEmpty()) {
        position = later.getLast().sequence();
        return later;
      }
    }
    return List.of();
  }

  private boolean nextSegment() throws IOException {
    while (true) {
      Optional<LogSegment> next =
          log.segments().stream().filter(later -> later.number() > segment).findFirst();
      if (next.isEmpty()) {
        return false;
      }
      try {
        FileChannel opened = FileChannel.open(next.get().file());
        close();
        file = opened;
        segment = next.get().number();
        offset = LogSegment.HEADER_BYTES;
        return true;
      } catch (NoSuchFileException e) {
        // A compaction has just put a segment of a higher number in its place.
        Thread.onSpinWait();
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
