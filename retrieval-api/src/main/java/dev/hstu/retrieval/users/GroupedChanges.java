package dev.hstu.retrieval.users;

import dev.hstu.retrieval.config.UserSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Changes on their way to the disk together: worked out first, so that the log gets only what is
/// new and within the bounds, and shown to readers once they are durable. The committer's.
final class GroupedChanges {

  /// An item's time is renewed at most so often: a user who asks again and again adds little to the
  /// log.
  static final long RENEWED_SECONDS = TimeUnit.HOURS.toSeconds(1);

  private final Map<String, StoredUser> users;
  private final UserSettings settings;
  private final Map<String, Next> next = new LinkedHashMap<>();
  private final List<byte[]> records = new ArrayList<>();
  private final List<Runnable> answers = new ArrayList<>();
  private final List<CompletableFuture<?>> promises = new ArrayList<>();
  private final List<Erasure> erasures = new ArrayList<>();
  private final List<Settled> settled = new ArrayList<>();
  private long bytes;
  private long count;
  private long servedTime = Long.MIN_VALUE;

  /// @param users as readers see them
  /// @param bytes that they take
  /// @param count how many have events
  GroupedChanges(Map<String, StoredUser> users, long bytes, long count, UserSettings settings) {
    this.users = users;
    this.bytes = bytes;
    this.count = count;
    this.settings = settings;
  }

  /// What a forgotten user's caller waits for.
  record Erasure(Forgotten forgotten, CompletableFuture<Forgotten> promise) {}

  private record Settled(StoredUser user, StoredUser.Pending from) {}

  /// What a user is after the group.
  private static final class Next {
    boolean stored;
    boolean forgotten;
    StoredEvents events = StoredEvents.NONE;
    ServedItems served = ServedItems.NONE;
    int counted;
  }

  void append(String user, List<UserEvent> events, CompletableFuture<AppendReceipt> promise) {
    promises.add(promise);
    Next now = of(user);
    StoredEvents.Merged merged = now.events.with(events, settings.maxEvents());
    AppendReceipt receipt =
        new AppendReceipt(
            merged.added().size(), merged.known(), merged.dropped(), merged.all().count());
    if (!merged.added().isEmpty()) {
      @Nullable UsersRefusedException refusal = refusal(user, now, merged.all());
      if (refusal != null) {
        promise.completeExceptionally(refusal);
        return;
      }
      change(user, now, merged.all(), now.served);
      records.add(new UserRecord.Events(user, StoredEvents.of(merged.added())).encode());
    }
    answers.add(() -> promise.complete(receipt));
  }

  void forget(String user, CompletableFuture<Forgotten> promise) {
    Next now = of(user);
    erasures.add(new Erasure(new Forgotten(now.events.count(), now.served.count()), promise));
    promises.add(promise);
    bytes -= now.counted;
    count -= now.events == StoredEvents.NONE ? 0 : 1;
    now.counted = 0;
    now.stored = false;
    now.forgotten = true;
    now.events = StoredEvents.NONE;
    now.served = ServedItems.NONE;
    records.add(new UserRecord.Forget(user).encode());
  }

  /// Takes in what was served to a user since the last time.
  ///
  /// @return whether there was room for it
  boolean fold(StoredUser user) {
    StoredUser.@Nullable Pending latest = user.pending();
    if (latest == null || users.get(user.id()) != user || of(user.id()).forgotten) {
      return true;
    }
    Next now = of(user.id());
    Map<String, Long> known = now.served.times();
    Map<String, Long> fresh = new HashMap<>();
    for (StoredUser.@Nullable Pending one = latest; one != null; one = one.earlier()) {
      for (String item : one.list().itemIds()) {
        @Nullable Long before = known.get(item);
        if (before == null || one.time() - before >= RENEWED_SECONDS) {
          fresh.merge(item, one.time(), Math::max);
        }
      }
    }
    settled.add(new Settled(user, latest));
    servedTime = Math.max(servedTime, latest.time());
    if (fresh.isEmpty()) {
      return true;
    }
    long from = latest.time() - TimeUnit.DAYS.toSeconds(settings.servedDays());
    ServedItems delta = ServedItems.of(fresh);
    ServedItems served = now.served.with(delta, from, settings.maxServedItems());
    long after = bytes - now.counted + StoredUser.bytes(user.id(), now.events, served);
    if (after > settings.maxMemoryBytes() / 4 * 3) {
      return false; // the last quarter is for events
    }
    change(user.id(), now, now.events, served);
    records.add(new UserRecord.Served(user.id(), delta).encode());
    return true;
  }

  /// What goes into the log, perhaps nothing.
  List<byte[]> records() {
    return records;
  }

  /// Heap taken by all users once this is applied, about.
  long bytes() {
    return bytes;
  }

  /// Users with events once this is applied.
  long count() {
    return count;
  }

  /// The latest time at which something of this was served.
  long servedTime() {
    return servedTime;
  }

  /// Whose bytes are to leave the files.
  List<Erasure> erasures() {
    return erasures;
  }

  /// Shows the changes, which are durable, to readers and answers their callers, but for erasures.
  ///
  /// @return users to whom more was served meanwhile
  List<StoredUser> apply() {
    next.forEach(
        (id, now) -> {
          if (now.forgotten) {
            users.remove(id);
          }
          if (now.stored) {
            users.computeIfAbsent(id, StoredUser::new).keep(now.events, now.served, now.counted);
          }
        });
    answers.forEach(Runnable::run);
    return settled.stream()
        .filter(one -> one.user().settle(one.from()))
        .map(Settled::user)
        .toList();
  }

  /// Tells every caller that what it asked for isn't known to be durable.
  void fail(Throwable failure) {
    promises.forEach(promise -> promise.completeExceptionally(failure));
  }

  private Next of(String user) {
    return next.computeIfAbsent(
        user,
        id -> {
          Next now = new Next();
          @Nullable StoredUser stored = users.get(id);
          if (stored != null) {
            now.stored = true;
            now.events = stored.events();
            now.served = stored.served();
            now.counted = stored.counted();
          }
          return now;
        });
  }

  private @Nullable UsersRefusedException refusal(String user, Next now, StoredEvents events) {
    if (now.events == StoredEvents.NONE && count >= settings.maxUsers()) {
      return new UsersRefusedException(
          false,
          "%d users are stored already; delete some or raise users.max-users"
              .formatted(settings.maxUsers()));
    }
    long after = bytes - now.counted + StoredUser.bytes(user, events, now.served);
    return after <= settings.maxMemoryBytes()
        ? null
        : new UsersRefusedException(
            false,
            "what is stored of %d users takes %d bytes of at most %d; delete some or raise users.max-memory"
                .formatted(count, bytes, settings.maxMemoryBytes()));
  }

  private void change(String user, Next now, StoredEvents events, ServedItems served) {
    int counted = StoredUser.bytes(user, events, served);
    bytes += counted - now.counted;
    count += now.events == StoredEvents.NONE && events != StoredEvents.NONE ? 1 : 0;
    now.counted = counted;
    now.stored = true;
    now.events = events;
    now.served = served;
  }
}
