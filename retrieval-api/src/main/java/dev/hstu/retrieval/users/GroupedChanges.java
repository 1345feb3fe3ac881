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
  /// @param count of how many a history is stored
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
    UserContent content = UserContent.NONE;
    int counted;
  }

  void append(
      String user,
      List<UserEvent> events,
      List<AttributeEntry> attributes,
      CompletableFuture<AppendReceipt> promise) {
    promises.add(promise);
    Next now = of(user);
    StoredHistory before = now.content.history();
    StoredEvents.Merged merged = before.events().with(events, settings.maxEvents());
    StoredAttributes.Merged said = before.attributes().with(attributes, settings.maxAttributes());
    boolean happened = !merged.added().isEmpty();
    boolean saidMore = said.all() != before.attributes();
    if (happened || saidMore) {
      UserContent after = now.content.withHistory(new StoredHistory(merged.all(), said.all()));
      @Nullable UsersRefusedException refusal = refusal(user, now, after);
      if (refusal != null) {
        promise.completeExceptionally(refusal);
        return;
      }
      change(user, now, after);
    }
    if (happened) {
      records.add(new UserRecord.Events(user, StoredEvents.of(merged.added())).encode());
    }
    if (saidMore) {
      records.add(new UserRecord.Attributes(user, said.all()).encode());
    }
    AppendReceipt receipt = receipt(merged, said);
    answers.add(() -> promise.complete(receipt));
  }

  private static AppendReceipt receipt(StoredEvents.Merged events, StoredAttributes.Merged said) {
    return new AppendReceipt(
        events.added().size(),
        events.known(),
        events.dropped(),
        events.all().count(),
        said.added(),
        said.all().count());
  }

  void forget(String user, CompletableFuture<Forgotten> promise) {
    Next now = of(user);
    StoredHistory history = now.content.history();
    Forgotten forgotten =
        new Forgotten(
            history.events().count(), history.attributes().count(), now.content.served().count());
    erasures.add(new Erasure(forgotten, promise));
    promises.add(promise);
    bytes -= now.counted;
    count -= history.isEmpty() ? 0 : 1;
    now.counted = 0;
    now.stored = false;
    now.forgotten = true;
    now.content = UserContent.NONE;
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
    Map<String, Long> known = now.content.served().times();
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
    UserContent after =
        now.content.withServed(now.content.served().with(delta, from, settings.maxServedItems()));
    if (bytes - now.counted + after.bytes(user.id()) > settings.maxMemoryBytes() / 4 * 3) {
      return false; // the last quarter is for histories
    }
    change(user.id(), now, after);
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

  /// Users of whom a history is stored once this is applied.
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
            users.computeIfAbsent(id, StoredUser::new).keep(now.content, now.counted);
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
            now.content = stored.content();
            now.counted = stored.counted();
          }
          return now;
        });
  }

  private @Nullable UsersRefusedException refusal(String user, Next now, UserContent later) {
    if (now.content.history().isEmpty() && count >= settings.maxUsers()) {
      return new UsersRefusedException(
          false,
          "%d users are stored already; delete some or raise users.max-users"
              .formatted(settings.maxUsers()));
    }
    long after = bytes - now.counted + later.bytes(user);
    return after <= settings.maxMemoryBytes()
        ? null
        : new UsersRefusedException(
            false,
            "what is stored of %d users takes %d bytes of at most %d; delete some or raise users.max-memory"
                .formatted(count, bytes, settings.maxMemoryBytes()));
  }

  private void change(String user, Next now, UserContent later) {
    int counted = later.bytes(user);
    bytes += counted - now.counted;
    count += now.content.history().isEmpty() && !later.history().isEmpty() ? 1 : 0;
    now.counted = counted;
    now.stored = true;
    now.content = later;
  }
}
