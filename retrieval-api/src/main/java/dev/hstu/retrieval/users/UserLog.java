package dev.hstu.retrieval.users;

import dev.hstu.kernels.log.LogBatch;
import dev.hstu.kernels.log.LogRecovery;
import dev.hstu.kernels.log.LogSegment;
import dev.hstu.kernels.storage.AtomicFile;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files of a [UserStore]: segments that cover one number each, their own, until a compaction
/// puts all closed ones into the last. Appends are one thread's; a compaction may run beside them.
final class UserLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UserLog.class);

  /// Least bytes appended between two compactions that only save space.
  private static final long COMPACTED_BYTES = 16L << 20;

  /// Records in one batch of a compacted segment, in bytes: a reader holds one batch in memory.
  private static final int BATCH_BYTES = 1 << 20;

  private final Path folder;
  private final DirectoryLock directoryLock;
  private FileChannel file;
  private long end;

  // Guarded by this.
  private List<LogSegment> segments;
  private long closedBytes;

  /// Bytes of the first segment when it was compacted last.
  private volatile long compactedBytes;

  private UserLog(
      Path folder,
      DirectoryLock directoryLock,
      LogRecovery recovered,
      long compactedBytes,
      FileChannel file) {
    this.folder = folder;
    this.directoryLock = directoryLock;
    this.segments = recovered.segments();
    this.end = recovered.end();
    this.closedBytes = recovered.bytes() - recovered.end();
    this.file = file;
    this.compactedBytes = compactedBytes;
  }

  /// Opens the log in `folder`, which is made where it is absent, and cuts what its writer left
  /// torn.
  ///
  /// @param replay takes every record in order
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process writes to it
  /// @throws DamagedFileException naming file and offset, when acknowledged changes are damaged
  static UserLog open(Path folder, Consumer<UserRecord> replay) throws IOException {
    Files.createDirectories(folder);
    DirectoryLock lock = DirectoryLock.acquire(folder);
    try {
      DurableFiles.deleteAbandoned(folder);
      LogRecovery recovered = LogRecovery.of(UserRecord.FORMAT, folder, new Replay(replay));
      if (recovered.segments().isEmpty()) {
        LogSegment first = LogSegment.create(UserRecord.FORMAT, folder, 1, 1);
        recovered =
            new LogRecovery(List.of(first), LogSegment.HEADER_BYTES, LogSegment.HEADER_BYTES, 0);
      }
      requireUnbroken(recovered.segments());
      if (recovered.cutBytes() > 0) {
        LOG.warn("{}: cut {} bytes that were never acknowledged", folder, recovered.cutBytes());
      }
      FileChannel file =
          FileChannel.open(recovered.segments().getLast().file(), StandardOpenOption.WRITE);
      long compacted =
          recovered.segments().size() > 1 ? Files.size(recovered.segments().getFirst().file()) : 0;
      return new UserLog(folder, lock, recovered, compacted, file);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static void requireUnbroken(List<LogSegment> segments) throws DamagedFileException {
    long next = 1;
    for (LogSegment segment : segments) {
      if (segment.coversFrom() != next) {
        throw new DamagedFileException(
            segment.file(),
            "segment %d is missing before it; restore the folder from a backup".formatted(next));
      }
      next = segment.number() + 1;
    }
  }

  /// Appends records, which are on the disk on return.
  void append(List<byte[]> records) throws IOException {
    ByteBuffer batch = LogBatch.encode(UserRecord.FORMAT, new byte[0], records);
    int length = batch.remaining();
    file.position(end);
    LogBatch.writeFully(file, batch);
    file.force(false);
    end += length;
  }

  /// Whether so much was appended since the last compaction that another saves space.
  boolean isCompactionDue() {
    return end + closedBytes() - compactedBytes >= Math.max(COMPACTED_BYTES, compactedBytes);
  }

  /// Bytes of all segments.
  long bytes() {
    return end + closedBytes();
  }

  private synchronized long closedBytes() {
    return closedBytes;
  }

  /// Closes the segment that was appended to and begins another.
  ///
  /// @return all closed ones
  List<LogSegment> roll() throws IOException {
    List<LogSegment> closed = current();
    long number = closed.getLast().number() + 1;
    LogSegment next = LogSegment.create(UserRecord.FORMAT, folder, number, number);
    file.close();
    file = FileChannel.open(next.file(), StandardOpenOption.WRITE);
    synchronized (this) {
      List<LogSegment> all = new ArrayList<>(closed);
      all.add(next);
      segments = List.copyOf(all);
      closedBytes += end;
      end = LogSegment.HEADER_BYTES;
    }
    return closed;
  }

  /// Puts what closed segments amount to in their place. When this returns no other bytes of them
  /// are in the folder.
  ///
  /// @param closed as [#roll] returned them
  /// @param content all that they amount to
  void compact(List<LogSegment> closed, Iterator<UserRecord> content) throws IOException {
    LogSegment last = closed.getLast();
    long coversFrom = closed.getFirst().coversFrom();
    long written;
    try (AtomicFile compacted = AtomicFile.replacing(LogSegment.path(folder, last.number()))) {
      LogBatch.writeFully(
          compacted.channel(), ByteBuffer.wrap(LogSegment.header(UserRecord.FORMAT, coversFrom)));
      while (content.hasNext()) {
        LogBatch.writeFully(compacted.channel(), nextBatch(content));
      }
      written = compacted.channel().position();
      compacted.commit();
    }
    for (LogSegment segment : closed) {
      if (segment.number() != last.number()) {
        Files.deleteIfExists(segment.file());
      }
    }
    DurableFiles.fsyncDirectory(folder);
    synchronized (this) {
      List<LogSegment> all = new ArrayList<>();
      all.add(new LogSegment(UserRecord.FORMAT, last.file(), last.number(), coversFrom));
      all.addAll(segments.subList(closed.size(), segments.size()));
      segments = List.copyOf(all);
      closedBytes = written;
    }
    compactedBytes = written;
  }

  private static ByteBuffer nextBatch(Iterator<UserRecord> content) {
    List<byte[]> records = new ArrayList<>();
    int bytes = 0;
    while (content.hasNext() && bytes < BATCH_BYTES) {
      byte[] record = content.next().encode();
      records.add(record);
      bytes += record.length;
    }
    return LogBatch.encode(UserRecord.FORMAT, new byte[0], records);
  }

  private synchronized List<LogSegment> current() {
    return segments;
  }

  @Override
  public void close() throws IOException {
    file.close();
    directoryLock.close();
  }

  /// Hands over records.
  private static final class Replay implements LogRecovery.Replay {
    private final Consumer<UserRecord> consumer;
    private long changes;

    Replay(Consumer<UserRecord> consumer) {
      this.consumer = consumer;
    }

    @Override
    public boolean accept(LogBatch batch) {
      List<UserRecord> records;
      try {
        records = UserRecord.decode(batch);
      } catch (IllegalArgumentException e) {
        LOG.error("a batch after {} holds what this release does not know", position(), e);
        return false;
      }
      records.forEach(consumer);
      changes += records.size();
      return true;
    }

    @Override
    public String position() {
      return "change " + changes;
    }
  }
}
