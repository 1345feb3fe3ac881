package dev.hstu.kernels.log;

import dev.hstu.kernels.storage.DamagedFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
/// @param bytes of all
/// @param cutBytes of a batch that was never acknowledged, mostly 0
public record LogRecovery(List<LogSegment> segments, long end, long bytes, long cutBytes) {

  /// What a log amounts to, told to its owner batch by batch.
  public interface Replay {

    /// Takes the next batch.
    ///
    /// @return whether it can follow those before it; if not, it is refused as damage
    boolean accept(LogBatch batch) throws IOException;

    /// What was last, for messages: `update 41`.
    String position();
  }

  /// Recovers a folder, whose lock the caller holds.
  ///
  /// @throws DamagedFileException naming file and offset of damage
  public static LogRecovery of(LogFormat format, Path folder, Replay replay) throws IOException {
    List<LogSegment> all = LogSegment.all(format, folder);
    List<LogSegment> segments = LogSegment.current(all);
    List<LogSegment> leftovers = new ArrayList<>(all);
    leftovers.removeAll(segments);
    for (LogSegment leftover : leftovers) {
      Files.delete(leftover.file());
    }
    long end = 0;
    long bytes = 0;
    long cut = 0;
    for (int i = 0; i < segments.size(); i++) {
      long size = Files.size(segments.get(i).file());
      end = recover(segments.get(i), i == segments.size() - 1, replay);
      bytes += end;
      cut += size - end;
    }
    return new LogRecovery(segments, end, bytes, cut);
  }

  private static long recover(LogSegment segment, boolean isLast, Replay replay)
      throws IOException {
    try (FileChannel file =
        FileChannel.open(segment.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = walk(segment, file, replay);
      long torn = file.size() - end;
      if (torn > 0) {
        if (!isLast || hasBatchAfter(segment.format(), file, end)) {
          throw damaged(segment, end, replay);
        }
        file.truncate(end);
        file.force(true);
      }
      return end;
    }
  }

  private static long walk(LogSegment segment, FileChannel file, Replay replay) throws IOException {
    long offset = LogSegment.HEADER_BYTES;
    @Nullable LogBatch batch = LogBatch.readAt(segment.format(), file, offset);
    while (batch != null) {
      if (!replay.accept(batch)) {
        throw damaged(segment, offset, replay);
      }
      offset += batch.bytes();
      batch = LogBatch.readAt(segment.format(), file, offset);
    }
    return offset;
  }

  private static boolean hasBatchAfter(LogFormat format, FileChannel file, long offset)
      throws IOException {
    for (long at = offset + 1; at + LogBatch.headerBytes(format) <= file.size(); at++) {
      if (LogBatch.readAt(format, file, at) != null) {
        return true;
      }
    }
    return false;
  }

  private static DamagedFileException damaged(LogSegment segment, long at, Replay replay) {
    return new DamagedFileException(
        segment.file(),
        "offset %d: the batch after %s is damaged; restore the file from a backup"
            .formatted(at, replay.position()));
  }
}
