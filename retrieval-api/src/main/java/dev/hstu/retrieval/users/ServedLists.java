package dev.hstu.retrieval.users;

import dev.hstu.retrieval.config.UserSettings;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Lists on their way from the requests that were answered with them to what is remembered as
/// served: pushed by any thread, without a lock and within a bound; folded in by the committer.
final class ServedLists {

  /// Lists that may wait to be read; beyond it what is served isn't remembered.
  private static final long MAX_PENDING_BYTES = 32L << 20;

  private final ConcurrentHashMap<String, StoredUser> users;
  private final UserSettings settings;
  private final ConcurrentLinkedQueue<StoredUser> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicLong unremembered = new AtomicLong();
  private final AtomicLong deletions = new AtomicLong();

  /// @param users as readers see them
  ServedLists(ConcurrentHashMap<String, StoredUser> users, UserSettings settings) {
    this.users = users;
    this.settings = settings;
  }

  /// A request of a user on its way.
  Serving of(String user) {
    return new OneServing(user, users.get(user), deletions.get());
  }

  /// Lists that weren't remembered since a bound was reached.
  long unremembered() {
    return unremembered.get();
  }

  /// Users are being forgotten: requests under way make none known from now on.
  void forgetting() {
    deletions.incrementAndGet();
  }

  /// Takes in what was served since the last time.
  void fold(GroupedChanges changes) {
    pendingBytes.set(0);
    @Nullable StoredUser next = waiting.poll();
    while (next != null) {
      if (!changes.fold(next)) {
        unremembered.incrementAndGet();
      }
      next = waiting.poll();
    }
  }

  /// Users to whom more was served while they were folded.
  void again(Collection<StoredUser> more) {
    waiting.addAll(more);
  }

  /// A request of one user.
  private final class OneServing implements Serving {
    private final String user;
    private final @Nullable StoredUser stored;
    private final long deletionsBefore;

    OneServing(String user, @Nullable StoredUser stored, long deletionsBefore) {
      this.user = user;
      this.stored = stored;
      this.deletionsBefore = deletionsBefore;
    }

    @Override
    public void served(ServedList list, long time) {
      @Nullable StoredUser to = target();
      if (to == null || pendingBytes.addAndGet(list.bytes()) > MAX_PENDING_BYTES) {
        unremembered.incrementAndGet();
        return;
      }
      if (to.push(list, time)) {
        waiting.add(to);
      }
    }

    private @Nullable StoredUser target() {
      if (stored != null) {
        return stored;
      }
      return deletions.get() == deletionsBefore && users.mappingCount() < 2L * settings.maxUsers()
          ? users.computeIfAbsent(user, StoredUser::new)
          : null;
    }

    @Override
    public Map<String, Long> servedSince(long time) {
      @Nullable StoredUser from = users.get(user);
      if (from == null) {
        return Map.of();
      }
      Map<String, Long> items = new HashMap<>();
      // Pending first: what is folded meanwhile is then seen twice and not missed.
      for (StoredUser.@Nullable Pending one = from.pending(); one != null; one = one.earlier()) {
        long at = one.time();
        if (at >= time) {
          one.list().itemIds().forEach(item -> items.merge(item, at, Math::max));
        }
      }
      from.content()
          .served()
          .times()
          .forEach(
              (item, at) -> {
                if (at >= time) {
                  items.merge(item, at, Math::max);
                }
              });
      return items;
    }
  }
}
