package dev.hstu.index.live;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.generation.Generation;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A generation and all updates since it was built, searched as one.
///
/// The generation's files never change. Rows that updates superseded or deleted are passed over by
/// its searches, new vectors are kept in memory beside its own ([IndexOverlay]), and one thread
/// follows the log: an update becomes searchable with the first refresh after it is durable, in the
/// order of the log, so what a search sees is always a prefix of the log. Searches take no lock.
///
/// An update whose vector comes from another model than the generation's is searched by the vector
/// that the generation itself has of the item, and left out where it has none.
///
/// For any number of threads. The generation stays owned by the caller and is closed after this.
public final class LiveIndex implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LiveIndex.class);

  /// How often the follower looks whether it is to end while nothing happens.
  private static final Duration IDLE = Duration.ofMillis(200);

  private final Generation generation;
  private final Catalog catalog;
  private final UpdateLog log;
  private final boolean ownsLog;
  private final LiveSettings settings;
  private final Overlay overlay;
  private final LogCursor cursor;
  private final Thread follower;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private volatile LiveSnapshot latest;
  private volatile LiveStatus status;
  private volatile @Nullable Exception failure;
  private volatile boolean closing;

  private LiveIndex(
      Generation generation,
      Catalog catalog,
      UpdateLog log,
      boolean ownsLog,
      LiveSettings settings,
      Overlay overlay,
      LogCursor cursor)
      throws IOException {
    this.generation = generation;
    this.catalog = catalog;
    this.log = log;
    this.ownsLog = ownsLog;
    this.settings = settings;
    this.overlay = overlay;
    this.cursor = cursor;
    this.latest = overlay.refresh();
    this.status = overlay.status();
    this.follower = Thread.ofPlatform().daemon().name("live-index").unstarted(this::follow);
  }

  /// Opens a generation together with the log in a folder, which this process alone then writes to
  /// and which closes with the index.
  public static LiveIndex open(Generation generation, Path updates, LiveSettings settings)
      throws IOException {
    UpdateLog log = UpdateLog.open(updates, LogSettings.DEFAULT);
    try {
      return open(generation, log, true, settings);
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /// Opens a generation over a log that others may follow too and that the caller owns. Returns
  /// once everything durable so far is searchable.
  public static LiveIndex open(Generation generation, UpdateLog log, LiveSettings settings)
      throws IOException {
    return open(generation, log, false, settings);
  }

  private static LiveIndex open(
      Generation generation, UpdateLog log, boolean ownsLog, LiveSettings settings)
      throws IOException {
    long carried = generation.manifest().carriedUpdates();
    log.advanceBeyond(carried);
    Catalog catalog = generation.catalog();
    Overlay overlay =
        new Overlay(
            generation.index(),
            catalog,
            generation.vectors(),
            generation.manifest().modelFingerprint(),
            settings,
            log.scratch(),
            carried);
    try (LogSnapshot durable = LogSnapshot.open(log.folder())) {
      LastUpdates last = LastUpdates.of(durable, carried);
      last.forEach(durable, overlay::apply);
      long replayed = Math.max(carried, last.lastSequence());
      LogCursor cursor =
          durable
              .handOverEnd()
              .map(end -> new LogCursor(log, replayed, end))
              .orElseGet(() -> new LogCursor(log, replayed));
      LiveIndex live = new LiveIndex(generation, catalog, log, ownsLog, settings, overlay, cursor);
      live.follower.start();
      return live;
    } catch (IOException | RuntimeException e) {
      overlay.close();
      throw e;
    }
  }

  /// The generation under it.
  public Generation generation() {
    return generation;
  }

  /// What is searchable now. Takes no lock.
  public LiveSnapshot snapshot() {
    return latest;
  }

  /// As of the last refresh.
  public LiveStatus status() {
    return status;
  }

  /// Makes updates durable; they become searchable together, or in the order given.
  ///
  /// @return as [UpdateLog#submit]
  /// @throws IllegalArgumentException when one doesn't fit the generation ([#requireFitting]); none
  ///     was taken
  /// @throws UpdatesRefusedException when a bound is reached; none was taken
  public CompletableFuture<Long> submit(List<ItemUpdate> updates) throws IOException {
    updates.forEach(this::requireFitting);
    @Nullable Exception failed = failure;
    if (failed != null) {
      throw new IOException(
          "updates no longer become searchable (%s); restart".formatted(failed.getMessage()),
          failed);
    }
    long later = status.rows() - catalog.size() + log.lastSequence() - status.version();
    if (later + updates.size() > settings.maxLaterRows()) {
      throw new UpdatesRefusedException(
          false,
          "%d updates since the generation was built are kept already, of at most %d; build and"
                  .formatted(later, settings.maxLaterRows())
              + " publish a generation that takes them in");
    }
    if (status.laterBytes() >= settings.maxLaterBytes()) {
      throw new UpdatesRefusedException(
          false,
          "updates since the generation was built take %d bytes, of at most %d; build and publish a"
                  .formatted(status.laterBytes(), settings.maxLaterBytes())
              + " generation that takes them in, or raise updates.max-memory");
    }
    return log.submit(generation.manifest().modelFingerprint(), updates);
  }

  /// Checks an update against the generation: an id of its type, a vector of its dimension,
  /// attributes of its columns.
  ///
  /// @throws IllegalArgumentException naming what doesn't fit
  public void requireFitting(ItemUpdate update) {
    if (catalog.ids().type() == IdType.INT64 && !IdTable.isCanonicalInt64(update.id())) {
      throw new IllegalArgumentException(
          "id '%.80s' is no 64-bit integer and the catalogue's ids are; send one"
              .formatted(update.id()));
    }
    if (update instanceof ItemUpdate.Upsert upsert) {
      int dimension = generation.manifest().dimension();
      if (upsert.vector().length != dimension) {
        throw new IllegalArgumentException(
            "vector of item '%s' has %d values and generation %s has %d; embed with its model"
                .formatted(upsert.id(), upsert.vector().length, generation.id(), dimension));
      }
      if (upsert.attributes() != null) {
        upsert.attributes().values().forEach(this::requireColumn);
      }
    }
  }

  /// Waits until an update is searchable.
  ///
  /// @return whether it is, within the time given
  public boolean awaitSearchable(long sequence, Duration patience) throws InterruptedException {
    long nanos = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (status.version() < sequence && failure == null && !closing && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return status.version() >= sequence;
    } finally {
      lock.unlock();
    }
  }

  /// Stops following; snapshots taken stay readable. A second call does nothing.
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (closing) {
        return;
      }
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      follower.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cursor.close();
    overlay.close();
    if (ownsLog) {
      log.close();
    }
  }

  private void requireColumn(AttributeValue value) {
    AttributeKind kind =
        switch (value) {
          case AttributeValue.Text _ -> AttributeKind.TEXT;
          case AttributeValue.Labels _ -> AttributeKind.LABELS;
          case AttributeValue.Number _ -> AttributeKind.NUMBER;
        };
    if (!catalog.attributes().columns().contains(new AttributeColumn(value.column(), kind))) {
      throw new IllegalArgumentException(
          "the items have no column '%s' of kind %s; there are %s"
              .formatted(value.column(), kind, catalog.attributes().columns()));
    }
  }

  private void follow() {
    try {
      while (!closing) {
        boolean more = log.awaitBeyond(cursor.position(), IDLE);
        long start = System.nanoTime();
        boolean taken = more && takeIn();
        if (overlay.fold() || taken) {
          publish();
        }
        if (more) {
          pause(settings.refresh().toNanos() - (System.nanoTime() - start));
        }
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
      if (!closing) {
        LOG.error("updates no longer become searchable", e);
      }
      failure = e;
      signal();
    }
  }

  /// Applies what is durable, to the bound of one refresh.
  ///
  /// @return whether there was anything
  private boolean takeIn() throws IOException {
    int taken = 0;
    List<LoggedUpdate> batch = cursor.next();
    while (!batch.isEmpty()) {
      for (LoggedUpdate update : batch) {
        overlay.apply(update);
      }
      taken += batch.size();
      batch = taken < settings.refreshUpdates() ? cursor.next() : List.of();
    }
    return taken > 0;
  }

  private void publish() {
    latest = overlay.refresh();
    status = overlay.status();
    signal();
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Lets updates gather, unless this is to close.
  private void pause(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (left > 0 && !closing) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
