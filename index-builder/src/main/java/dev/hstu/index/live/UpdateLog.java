package dev.hstu.index.live;

import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.log.LogBatch;
import dev.hstu.kernels.log.LogRecovery;
import dev.hstu.kernels.log.LogSegment;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The write-ahead log of item updates: a folder of [LogSegment]s, to which one process appends.
///
/// An append is complete once its bytes are on the disk; appends that wait at the same time share
/// one fsync and become one [UpdateBatch]. Sequence numbers are given in the order of appends, so
/// two updates of one id take effect in that order wherever the log is read. Closed segments are
/// compacted to the last update of each id; nothing else is ever dropped, since item-vector files
/// don't know of updates and every build takes them in anew.
///
/// For any number of threads. Opening repairs what a killed writer left, see [LogRecovery].
public final class UpdateLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UpdateLog.class);

  /// The log's folder within a folder of generations.
  public static final String FOLDER = "updates";

  private static final String SCRATCH = "overlay-";

  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  /// Segments closed since the last compaction before there is another: fewer would read the
  /// compacted one too often.
  private static final int COMPACTED_SEGMENTS = 4;

  private final Path folder;
  private final LogSettings settings;
  private final DirectoryLock directoryLock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition submitted = lock.newCondition();
  private final Condition written = lock.newCondition();

  private final ReentrantLock compacting = new ReentrantLock();

  // Guarded by the lock.
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private long queuedBytes;
  private long nextSequence;
  private boolean closing;
  private @Nullable IOException failure;
  private int closedSinceCompaction;
  private @Nullable Thread compaction;

  private volatile List<LogSegment> segments;
  private volatile long bytes;
  private volatile long lastSequence;

  // The committer's own.
  private FileChannel file;
  private long end;

  private final Thread committer;

  private UpdateLog(
      Path folder,
      LogSettings settings,
      DirectoryLock directoryLock,
      LogRecovery recovered,
      long lastSequence,
      FileChannel file) {
    this.folder = folder;
    this.settings = settings;
    this.directoryLock = directoryLock;
    this.segments = recovered.segments();
    this.bytes = recovered.bytes();
    this.lastSequence = lastSequence;
    this.nextSequence = lastSequence + 1;
    this.end = recovered.end();
    this.file = file;
    this.closedSinceCompaction = recovered.segments().size() - 1;
    this.committer = Thread.ofPlatform().daemon().name("update-log").unstarted(this::commitAll);
  }

  /// Opens the log in `folder`, which is made where it is absent.
  ///
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process writes to it
  /// @throws dev.hstu.kernels.storage.DamagedFileException naming file and offset, when
  ///     acknowledged updates are damaged
  public static UpdateLog open(Path folder, LogSettings settings) throws IOException {
    Files.createDirectories(folder);
    DirectoryLock lock = DirectoryLock.acquire(folder);
    try {
      DurableFiles.deleteAbandoned(folder);
      deleteScratch(folder);
      SequenceCheck check = new SequenceCheck();
      LogRecovery recovered = LogRecovery.of(UpdateBatch.FORMAT, folder, check);
      if (recovered.segments().isEmpty()) {
        LogSegment first = LogSegment.create(UpdateBatch.FORMAT, folder, 1, 1);
        recovered =
            new LogRecovery(List.of(first), LogSegment.HEADER_BYTES, LogSegment.HEADER_BYTES, 0);
      }
      if (recovered.cutBytes() > 0) {
        LOG.warn("{}: cut {} bytes that were never acknowledged", folder, recovered.cutBytes());
      }
      FileChannel file =
          FileChannel.open(recovered.segments().getLast().file(), StandardOpenOption.WRITE);
      UpdateLog log = new UpdateLog(folder, settings, lock, recovered, check.last, file);
      return BackgroundThreads.inForeground(log::startCommitting);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  public Path folder() {
    return folder;
  }

  /// The sequence number of the last durable update, 0 when there was none.
  public long lastSequence() {
    return lastSequence;
  }

  /// Bytes of all segments.
  public long bytes() {
    return bytes;
  }

  /// Appends updates, which become durable and visible together and in their order.
  ///
  /// @param modelFingerprint of the model that made the vectors
  /// @return completed once they are on the disk, with the sequence number of the last; they have
  ///     consecutive ones. Completed by the log's own thread: dependents must be quick
  /// @throws UpdatesRefusedException when too much waits or is kept already; none was taken
  /// @throws IOException when the log has failed before, or is closed
  public CompletableFuture<Long> submit(String modelFingerprint, List<ItemUpdate> updates)
      throws IOException {
    if (!FINGERPRINT.matcher(modelFingerprint).matches()) {
      throw new IllegalArgumentException(
          "fingerprint '%.80s' must be 64 hexadecimal digits".formatted(modelFingerprint));
    }
    if (updates.isEmpty()) {
      return CompletableFuture.completedFuture(lastSequence);
    }
    Waiting waiting = Waiting.of(modelFingerprint, updates);
    lock.lock();
    try {
      requireRoom(waiting);
      nextSequence = waiting.stamp(nextSequence);
      queue.add(waiting);
      queuedBytes += waiting.bytes;
      submitted.signal();
    } finally {
      lock.unlock();
    }
    return waiting.done;
  }

  /// As [#submit], waiting for the disk.
  ///
  /// @return the sequence number of the last update
  public long append(String modelFingerprint, List<ItemUpdate> updates)
      throws IOException, InterruptedException {
    try {
      return submit(modelFingerprint, updates).get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  /// Makes sure that sequence numbers go on beyond one that a generation has carried, even where
  /// the log itself was lost or never reached it durably.
  public void advanceBeyond(long sequence) {
    lock.lock();
    try {
      nextSequence = Math.max(nextSequence, sequence + 1);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is an update beyond `sequence`, at most so long.
  ///
  /// @return whether there is
  boolean awaitBeyond(long sequence, Duration patience) throws InterruptedException {
    long nanos = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (lastSequence <= sequence && nanos > 0) {
        nanos = written.awaitNanos(nanos);
      }
      return lastSequence > sequence;
    } finally {
      lock.unlock();
    }
  }

  List<LogSegment> segments() {
    return segments;
  }

  /// A new folder beside the segments for what can be made of them anew; its maker deletes it, and
  /// the next open deletes what a killed one left.
  Path scratch() throws IOException {
    return Files.createTempDirectory(folder, SCRATCH);
  }

  /// Rewrites all closed segments to the last update of each id; appends go on meanwhile. Happens
  /// by itself as segments are closed.
  public void compact() throws IOException {
    compacting.lock();
    try {
      compactClosed();
    } finally {
      compacting.unlock();
    }
  }

  private void compactClosed() throws IOException {
    List<LogSegment> closed = segments.subList(0, segments.size() - 1);
    if (closed.isEmpty()) {
      return;
    }
    long before = sizeOf(closed);
    LogSegment compacted = LogCompaction.compact(folder, closed);
    lock.lock();
    try {
      List<LogSegment> next = new ArrayList<>();
      next.add(compacted);
      next.addAll(segments.subList(closed.size(), segments.size()));
      segments = List.copyOf(next);
      bytes += sizeOf(List.of(compacted)) - before;
      closedSinceCompaction = 0;
    } finally {
      lock.unlock();
    }
    for (LogSegment segment : closed) {
      if (segment.number() != compacted.number()) {
        Files.delete(segment.file());
      }
    }
    LOG.info("compacted {} segments of {} bytes into {}", closed.size(), before, compacted.file());
  }

  /// Writes what waits, then frees the folder; a second call does nothing.
  @Override
  public void close() throws IOException {
    @Nullable Thread running;
    lock.lock();
    try {
      closing = true;
      running = compaction;
      submitted.signalAll();
      written.signalAll();
    } finally {
      lock.unlock();
    }
    joinUninterruptibly(committer);
    if (running != null) {
      joinUninterruptibly(running);
    }
    file.close();
    directoryLock.close();
  }

  private static void deleteScratch(Path folder) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, SCRATCH + "*")) {
      for (Path scratch : left) {
        DurableFiles.deleteRecursively(scratch);
      }
    }
  }

  private void requireRoom(Waiting waiting) throws IOException {
    if (failure != null) {
      throw new IOException(
          "the update log failed (%s); mend it and restart".formatted(failure.getMessage()),
          failure);
    }
    if (closing) {
      throw new IOException("the update log is closed; open it again");
    }
    if (queuedBytes + waiting.bytes > settings.waitingBytes()) {
      throw new UpdatesRefusedException(
          true,
          "%d bytes of updates wait for the disk and %d more exceed %d; send them again later"
              .formatted(queuedBytes, waiting.bytes, settings.waitingBytes()));
    }
    if (bytes + queuedBytes + waiting.bytes > settings.maxBytes()) {
      throw new UpdatesRefusedException(
          false,
          "the update log has %d bytes of at most %d; raise the bound or start from new item vectors"
              .formatted(bytes, settings.maxBytes()));
    }
  }

  /// Requests wait for what the committer makes durable: to be called on a thread of ordinary
  /// claim, which it inherits.
  private UpdateLog startCommitting() {
    committer.start();
    return this;
  }

  private void commitAll() {
    List<Waiting> group = take();
    while (!group.isEmpty()) {
      commit(group);
      group = take();
    }
  }

  /// The longest run of waiting appends that come from one model; empty when the log closes.
  private List<Waiting> take() {
    lock.lock();
    try {
      while (queue.isEmpty() && !closing) {
        submitted.awaitUninterruptibly();
      }
      List<Waiting> group = new ArrayList<>();
      while (!queue.isEmpty()
          && (group.isEmpty() || queue.peek().fingerprint.equals(group.getFirst().fingerprint))) {
        Waiting next = queue.remove();
        queuedBytes -= next.bytes;
        group.add(next);
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  private void commit(List<Waiting> group) {
    try {
      requireNoFailure();
      List<byte[]> records = new ArrayList<>();
      group.forEach(waiting -> records.addAll(waiting.records));
      ByteBuffer batch = UpdateBatch.encode(group.getFirst().fingerprint, records);
      int length = batch.remaining();
      file.position(end);
      LogBatch.writeFully(file, batch);
      file.force(false);
      end += length;
      durable(group.getLast().last, length);
      group.forEach(waiting -> waiting.done.complete(waiting.last));
      if (end >= settings.segmentBytes()) {
        beginSegment();
      }
    } catch (IOException | RuntimeException e) {
      // What a failed write or fsync left on the disk is unknown, so nothing may follow it.
      fail(e instanceof IOException io ? io : new IOException(e));
      group.forEach(waiting -> waiting.done.completeExceptionally(e));
    }
  }

  private void requireNoFailure() throws IOException {
    lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
    } finally {
      lock.unlock();
    }
  }

  private void durable(long sequence, int length) {
    lock.lock();
    try {
      lastSequence = sequence;
      bytes += length;
      written.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void fail(IOException problem) {
    LOG.error("the update log in {} failed and takes no more updates", folder, problem);
    lock.lock();
    try {
      failure = problem;
    } finally {
      lock.unlock();
    }
  }

  private void beginSegment() throws IOException {
    LogSegment next =
        LogSegment.create(
            UpdateBatch.FORMAT, folder, segments.getLast().number() + 1, lastSequence + 1);
    file.close();
    file = FileChannel.open(next.file(), StandardOpenOption.WRITE);
    end = LogSegment.HEADER_BYTES;
    lock.lock();
    try {
      List<LogSegment> all = new ArrayList<>(segments);
      all.add(next);
      segments = List.copyOf(all);
      bytes += end;
      closedSinceCompaction++;
      if (closedSinceCompaction >= COMPACTED_SEGMENTS && compaction == null && !closing) {
        compaction =
            BackgroundThreads.factory("update-log-compaction").newThread(this::compactQuietly);
        compaction.start();
      }
    } finally {
      lock.unlock();
    }
  }

  private void compactQuietly() {
    try {
      compact();
    } catch (IOException | RuntimeException e) {
      LOG.warn("the update log in {} could not be compacted", folder, e);
    } finally {
      lock.lock();
      try {
        compaction = null;
      } finally {
        lock.unlock();
      }
    }
  }

  private static long sizeOf(List<LogSegment> segments) throws IOException {
    long size = 0;
    for (LogSegment segment : segments) {
      size += Files.size(segment.file());
    }
    return size;
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Sequence numbers ascend over the whole log.
  private static final class SequenceCheck implements LogRecovery.Replay {
    private long last;

    @Override
    public boolean accept(LogBatch batch) {
      for (LoggedUpdate update : UpdateBatch.of(batch).updates()) {
        if (update.sequence() <= last) {
          return false;
        }
        last = update.sequence();
      }
      return true;
    }

    @Override
    public String position() {
      return "update " + last;
    }
  }

  /// One append on its way to the disk.
  private static final class Waiting {
    final String fingerprint;
    final List<byte[]> records;
    final long bytes;
    final CompletableFuture<Long> done = new CompletableFuture<>();
    long last;

    private Waiting(String fingerprint, List<byte[]> records) {
      this.fingerprint = fingerprint;
      this.records = records;
      this.bytes = records.stream().mapToLong(record -> record.length).sum();
    }

    static Waiting of(String fingerprint, List<ItemUpdate> updates) {
      return new Waiting(fingerprint, updates.stream().map(UpdateRecord::encode).toList());
    }

    /// @return the sequence number after the last
    long stamp(long first) {
      long sequence = first;
      for (byte[] record : records) {
        UpdateRecord.stamp(record, sequence++);
      }
      last = sequence - 1;
      return sequence;
    }
  }
}
