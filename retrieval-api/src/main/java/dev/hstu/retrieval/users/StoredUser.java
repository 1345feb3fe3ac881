package dev.hstu.retrieval.users;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What is kept of one user. Written by the store's committer only, but for [#push]; read by any
/// thread. One that was forgotten stands in no map any more, and what is pushed to it is lost with
/// it.
final class StoredUser {

  private final String id;
  private volatile UserContent content = UserContent.NONE;

  /// Heap that the store counts for it; the committer's own.
  private int counted;

  /// Lists served since the committer looked last, the latest first.
  private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();

  StoredUser(String id) {
    this.id = id;
  }

  /// A list that was served.
  ///
  /// @param time whole seconds
  record Pending(ServedList list, long time, @Nullable Pending earlier) {}

  String id() {
    return id;
  }

  UserContent content() {
    return content;
  }

  @Nullable Pending pending() {
    return pending.get();
  }

  /// Heap that the store counts for it, 0 where it came about by what was served just now.
  int counted() {
    return counted;
  }

  /// Whether nothing of this user is worth keeping.
  boolean isEmpty() {
    return content.isEmpty() && pending.get() == null;
  }

  /// Adds a list that was served.
  ///
  /// @return whether it is the first that waits
  boolean push(ServedList list, long time) {
    while (true) {
      @Nullable Pending earlier = pending.get();
      if (pending.compareAndSet(earlier, new Pending(list, time, earlier))) {
        return earlier == null;
      }
    }
  }

  void keep(UserContent later, int bytes) {
    content = later;
    counted = bytes;
  }

  /// Takes away what waited when `from` was the latest.
  ///
  /// @return whether more waits
  boolean settle(Pending from) {
    while (true) {
      @Nullable Pending latest = pending.get();
      @Nullable Pending left = after(latest, from);
      if (pending.compareAndSet(latest, left)) {
        return left != null;
      }
    }
  }

  /// A copy of the lists that came after `from`.
  private static @Nullable Pending after(@Nullable Pending latest, Pending from) {
    Deque<Pending> later = new ArrayDeque<>();
    @Nullable Pending next = latest;
    while (next != null && next != from) {
      later.push(next);
      next = next.earlier();
    }
    @Nullable Pending copy = null;
    for (Pending one : later) {
      copy = new Pending(one.list(), one.time(), copy);
    }
    return copy;
  }
}
