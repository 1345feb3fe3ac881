package dev.hstu.retrieval.users;

import dev.hstu.kernels.log.LogSegment;
import dev.hstu.retrieval.config.UserSettings;
import dev.hstu.retrieval.users.GroupedChanges.Erasure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Users' events and attributes and what was served to them, in memory and in a log beside it.
///
/// - *Acknowledged is durable*: an append is complete once it is on the disk; appends that wait at
///   the same time share one fsync.
/// - *Equal events are one*: item, time and action. Sending events again changes nothing. A user's
///   events stand in order of time whatever order they come in; beyond the bound the oldest go.
/// - *Attributes are changes*: of a run of equal values of a series the first entry is kept; see
///   [StoredAttributes].
/// - *Forgotten is gone*: a user who is deleted is in no answer from then on, and when the deletion
///   is complete no file of the store holds a byte of him; deletions that wait together share one
///   writing of the files.
/// - *What was served* is there for the next request at once, and on the disk within
///   [#SERVED_WRITE_MILLIS] and the time of a write: a crash loses no more. Of one item the hour
///   counts.
///
/// Readers take no lock. All changes are one thread's, the committer's; see [GroupedChanges]. For
/// any number of threads.
public final class UserStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UserStore.class);

  /// How long what was served waits for the disk at most.
  public static final int SERVED_WRITE_MILLIS = 500;

  /// Events and attributes that may wait for the disk, in bytes; beyond it they are refused.
  private static final long MAX_WAITING_BYTES = 8L << 20;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  /// What an event or attribute takes while it waits, beside its texts.
  private static final int ENTRY_BYTES = 48;

  private final UserSettings settings;
  private final UserLog log;
  private final ConcurrentHashMap<String, StoredUser> users = new ConcurrentHashMap<>();
  private final ServedLists served;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Deque<Change> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean closing;
  private boolean compacting;

  private volatile @Nullable IOException failure;
  private final AtomicLong bytes = new AtomicLong();

  /// Whether a file may hold bytes of a user who was forgotten.
  private volatile boolean erasureDue;

  private volatile long compactionFailedNanos;

  // The committer's own.
  private long histories;
  private List<Erasure> unerased = new ArrayList<>();

  /// The latest time at which something was served.
  private long servedTime = Long.MIN_VALUE;

  private long foldedNanos = System.nanoTime();

  private final Thread committer;

  /// A change that waits.
  private sealed interface Change {
    record Append(
        String user,
        List<UserEvent> events,
        List<AttributeEntry> attributes,
        CompletableFuture<AppendReceipt> promise)
        implements Change {}

    record Forget(String user, CompletableFuture<Forgotten> promise) implements Change {}
  }

  private UserStore(Path folder, UserSettings settings) throws IOException {
    this.settings = settings;
    this.served = new ServedLists(users, settings);
    this.log = UserLog.open(folder, this::replay);
    long taken = 0;
    for (StoredUser user : users.values()) {
      int counted = user.content().bytes(user.id());
      user.keep(user.content(), counted);
      taken += counted;
      histories += user.content().history().isEmpty() ? 0 : 1;
    }
    this.bytes.set(taken);
    this.committer = Thread.ofPlatform().daemon().name("users").unstarted(this::commitAll);
  }

  /// Opens the store in the folder that the settings name, which is made where it is absent. What a
  /// deletion had left to do when its process died is done.
  ///
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process writes to it
  /// @throws dev.hstu.kernels.storage.DamagedFileException naming file and offset, when
  ///     acknowledged changes are damaged
  public static UserStore open(UserSettings settings) throws IOException {
    Path folder =
        settings
            .folder()
            .orElseThrow(() -> new IllegalArgumentException("users.folder=none names no folder"));
    UserStore store = new UserStore(folder, settings);
    try {
      if (store.erasureDue) {
        store.log.compact(store.log.roll(), store.content());
        store.erasureDue = false;
      }
    } catch (IOException | RuntimeException e) {
      store.log.close();
      throw e;
    }
    store.committer.start();
    LOG.info(
        "{} users stored in {}, {} bytes of heap", store.users.size(), folder, store.bytes.get());
    return store;
  }

  private void replay(UserRecord record) {
    if (record instanceof UserRecord.Forget(String user)) {
      users.remove(user);
      erasureDue = true;
      return;
    }
    StoredUser stored = users.computeIfAbsent(record.userId(), StoredUser::new);
    stored.keep(stored.content().replayed(record, settings), 0);
  }

  /// What is stored of a user, as the last change left it; empty of an unknown user.
  public StoredHistory history(String user) {
    @Nullable StoredUser stored = users.get(user);
    return stored == null ? StoredHistory.NONE : stored.content().history();
  }

  /// A user's events; empty of an unknown user.
  public StoredEvents events(String user) {
    return history(user).events();
  }

  /// How many items are remembered as served to a user, and on the disk.
  public int servedItems(String user) {
    @Nullable StoredUser stored = users.get(user);
    return stored == null ? 0 : stored.content().served().count();
  }

  /// Adds events alone.
  ///
  /// @return as of [#append(String, List, List)]
  public CompletableFuture<AppendReceipt> append(String user, List<UserEvent> events) {
    return append(user, events, List.of());
  }

  /// Adds events and attributes to a user's, whom the first make known: all of them, or none.
  ///
  /// @param events in any order
  /// @param attributes in any order; see [StoredAttributes] for which of them stay
  /// @return completed once they are on the disk; with [UsersRefusedException] when a bound is
  ///     reached, and none of them was taken. Completed by the store's own thread: dependents must
  ///     be quick
  /// @throws IllegalArgumentException when the user's id can't be stored
  public CompletableFuture<AppendReceipt> append(
      String user, List<UserEvent> events, List<AttributeEntry> attributes) {
    UserEvent.requireId("userId", user);
    int size = Integer.BYTES * user.length();
    for (UserEvent event : events) {
      size += ENTRY_BYTES + event.itemId().length();
    }
    for (AttributeEntry entry : attributes) {
      size += ENTRY_BYTES + entry.name().length() + entry.value().length();
    }
    CompletableFuture<AppendReceipt> promise = new CompletableFuture<>();
    submit(
        new Change.Append(user, List.copyOf(events), List.copyOf(attributes), promise),
        promise,
        size);
    return promise;
  }

  /// Forgets a user: at once for readers, and once this is complete in the files too.
  ///
  /// @return completed with what was stored of the user
  public CompletableFuture<Forgotten> forget(String user) {
    CompletableFuture<Forgotten> promise = new CompletableFuture<>();
    submit(new Change.Forget(user, promise), promise, Integer.BYTES * user.length());
    return promise;
  }

  /// A request of a user on its way; null where nothing that is served is remembered.
  public @Nullable Serving serving(String user) {
    return settings.servedDays() == 0 ? null : served.of(user);
  }

  /// Users of whom anything is kept.
  public long count() {
    return users.mappingCount();
  }

  /// Heap taken by users, about.
  public long bytes() {
    return bytes.get();
  }

  /// Bytes of the store's files.
  public long fileBytes() {
    return log.bytes();
  }

  /// Lists served that weren't remembered since a bound was reached.
  public long unremembered() {
    return served.unremembered();
  }

  /// Writes what waits, then frees the folder; a second call does nothing.
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (committer.isAlive()) {
      try {
        committer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    log.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(Change change, CompletableFuture<?> promise, int size) {
    lock.lock();
    try {
      @Nullable IOException broken = failure;
      if (broken != null) {
        promise.completeExceptionally(
            new IOException(
                "the store of users failed (%s); mend it and restart"
                    .formatted(broken.getMessage()),
                broken));
      } else if (closing) {
        promise.completeExceptionally(
            new UsersRefusedException(true, "the store of users is closing; try again later"));
      } else if (queuedBytes + size > MAX_WAITING_BYTES) {
        promise.completeExceptionally(
            new UsersRefusedException(
                true,
                "%d bytes of users' events wait for the disk and %d more exceed %d; send them again later"
                    .formatted(queuedBytes, size, MAX_WAITING_BYTES)));
      } else {
        queue.add(change);
        queuedBytes += size;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void commitAll() {
    boolean goesOn = true;
    while (goesOn) {
      List<Change> group = new ArrayList<>();
      goesOn = take(group);
      commit(group, !goesOn);
      if (failure == null && mayCompact() && (erasureDue || goesOn && log.isCompactionDue())) {
        compact(!goesOn);
      }
    }
  }

  /// Waits for changes, at most until what was served is due.
  ///
  /// @param group gets them
  /// @return false where the store closes and no compaction runs any more
  private boolean take(List<Change> group) {
    lock.lock();
    try {
      long nanos =
          TimeUnit.MILLISECONDS.toNanos(SERVED_WRITE_MILLIS) - (System.nanoTime() - foldedNanos);
      while (queue.isEmpty() && (closing ? compacting : nanos > 0)) {
        nanos = await(closing ? foldNanos() : nanos);
      }
      group.addAll(queue);
      queue.clear();
      queuedBytes = 0;
      return !closing || compacting;
    } finally {
      lock.unlock();
    }
  }

  /// @return what is left of the time
  private long await(long nanos) {
    try {
      return changed.awaitNanos(Math.max(1, nanos));
    } catch (InterruptedException e) {
      // Nobody interrupts the committer but a closing machine, which close() waits for too.
      return nanos;
    }
  }

  private void commit(List<Change> group, boolean last) {
    GroupedChanges changes = new GroupedChanges(users, bytes.get(), histories, settings);
    try {
      for (Change change : group) {
        switch (change) {
          case Change.Append(
                  String user,
                  List<UserEvent> events,
                  List<AttributeEntry> attributes,
                  var promise) ->
              changes.append(user, events, attributes, promise);
          case Change.Forget(String user, var promise) -> changes.forget(user, promise);
        }
      }
      if (last || System.nanoTime() - foldedNanos >= foldNanos()) {
        foldedNanos = System.nanoTime();
        served.fold(changes);
      }
      requireNoFailure();
      if (!changes.records().isEmpty()) {
        log.append(changes.records());
      }
    } catch (IOException | RuntimeException e) {
      // What a failed write or fsync left on the disk is unknown, so nothing may follow it.
      fail(e instanceof IOException io ? io : new IOException(e));
      changes.fail(e);
      return;
    }
    if (!changes.erasures().isEmpty()) {
      served.forgetting();
      erasureDue = true;
      unerased.addAll(changes.erasures());
    }
    bytes.set(changes.bytes());
    histories = changes.count();
    servedTime = Math.max(servedTime, changes.servedTime());
    served.again(changes.apply());
  }

  private static long foldNanos() {
    return TimeUnit.MILLISECONDS.toNanos(SERVED_WRITE_MILLIS);
  }

  private void requireNoFailure() throws IOException {
    @Nullable IOException broken = failure;
    if (broken != null) {
      throw broken;
    }
  }

  private void fail(IOException problem) {
    if (failure == null) {
      LOG.error("the store of users failed and takes no more changes", problem);
      failure = problem;
    }
    unerased.forEach(erasure -> erasure.promise().completeExceptionally(problem));
    unerased.clear();
  }

  /// One that failed is tried again for the next deletion, or a while later.
  private boolean mayCompact() {
    long since = System.nanoTime() - compactionFailedNanos;
    lock.lock();
    try {
      return !compacting
          && (compactionFailedNanos == 0 || !unerased.isEmpty() || since > RETRY_NANOS);
    } finally {
      lock.unlock();
    }
  }

  /// Writes all files anew from what is kept now. Everything in the closed segments has been
  /// applied, so what is kept is all that they amount to.
  private void compact(boolean here) {
    List<Erasure> erased = unerased;
    unerased = new ArrayList<>();
    erasureDue = false;
    List<LogSegment> closed;
    Iterator<UserRecord> content;
    try {
      dropExpired();
      closed = log.roll();
      content = content();
    } catch (IOException e) {
      unerased = erased;
      fail(e);
      return;
    }
    lock.lock();
    try {
      compacting = true;
    } finally {
      lock.unlock();
    }
    Thread writing =
        Thread.ofPlatform()
            .daemon()
            .name("users-compaction")
            .start(() -> compact(closed, content, erased));
    if (here) {
      joinUninterruptibly(writing);
    }
  }

  private void compact(
      List<LogSegment> closed, Iterator<UserRecord> content, List<Erasure> erased) {
    try {
      log.compact(closed, content);
      compactionFailedNanos = 0;
      erased.forEach(erasure -> erasure.promise().complete(erasure.forgotten()));
    } catch (IOException | RuntimeException e) {
      LOG.error("the files of the store of users could not be written anew", e);
      compactionFailedNanos = System.nanoTime();
      erasureDue |= !erased.isEmpty();
      erased.forEach(erasure -> erasure.promise().completeExceptionally(e));
    } finally {
      lock.lock();
      try {
        compacting = false;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        LOG.debug("interrupted while the files of users are written", e);
      }
    }
  }

  /// What is kept of everyone as each is come to. What is changed meanwhile may be in it or not: it
  /// stands in the next segment too, where it changes nothing that it has changed before.
  private Iterator<UserRecord> content() {
    return users.values().stream().flatMap(user -> user.content().records(user.id())).iterator();
  }

  /// Drops what was served to those whom nothing was served to for so long that nobody can ask for
  /// it.
  private void dropExpired() {
    long from = servedTime - TimeUnit.DAYS.toSeconds(settings.servedDays());
    for (StoredUser user : users.values()) {
      ServedItems items = user.content().served();
      if (items != ServedItems.NONE && items.lastTime() < from) {
        UserContent left = user.content().withServed(ServedItems.NONE);
        bytes.addAndGet(left.bytes(user.id()) - user.counted());
        user.keep(left, left.bytes(user.id()));
      }
      if (user.isEmpty()) {
        users.remove(user.id());
        bytes.addAndGet(-user.counted());
      }
    }
  }
}
