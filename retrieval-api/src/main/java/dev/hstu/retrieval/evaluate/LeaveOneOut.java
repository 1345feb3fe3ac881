package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;

/// The public protocol (HSTU.md, "Evaluation"): of each user one event is the target, everything
/// before it the history, and the request time is the target's own timestamp. Users with nothing
/// before their target have no case.
public final class LeaveOneOut {

  /// Which event is the target.
  public enum Target {
    /// A user's last event.
    TEST(1),
    /// The last but one: for choosing an epoch without looking at the test event.
    VALIDATION(2);

    private final int fromEnd;

    Target(int fromEnd) {
      this.fromEnd = fromEnd;
    }

    /// Newest events of each user that training must not have seen.
    int eventsHeldOut() {
      return fromEnd;
    }
  }

  private final InteractionLog log;
  private final Target target;
  private final int[] users;

  public LeaveOneOut(InteractionLog log, Target target) {
    this.log = log;
    this.target = target;
    int[] found = new int[log.users()];
    int count = 0;
    for (int u = 0; u < log.users(); u++) {
      if (log.length(u) > target.fromEnd) {
        found[count++] = u;
      }
    }
    users = Arrays.copyOf(found, count);
  }

  /// Number of cases; each belongs to another user.
  public int cases() {
    return users.length;
  }

  /// Users of the log that have too few events for a case.
  public int usersWithoutCase() {
    return log.users() - users.length;
  }

  /// The user of case `c`, a row of the log.
  public int user(int c) {
    return users[c];
  }

  /// The item to be found, a row `1..V` of the log's items.
  public int targetItem(int c) {
    return log.items()[targetIndex(c)];
  }

  /// What the model is told in case `c`; the target's time is in it, the target is not.
  public UserHistory history(int c) {
    int from = log.start(users[c]);
    int end = targetIndex(c);
    return new UserHistory(
        Arrays.copyOfRange(log.items(), from, end),
        Arrays.copyOfRange(log.times(), from, end),
        log.times()[end]);
  }

  /// Events of each item row that come before their user's target: what popularity may be counted
  /// from. Index 0 is unused.
  ///
  /// @param items `V`
  public long[] popularity(int items) {
    long[] counts = new long[items + 1];
    for (int u = 0; u < log.users(); u++) {
      int end = log.start(u) + Math.max(0, log.length(u) - target.fromEnd);
      for (int e = log.start(u); e < end; e++) {
        counts[log.items()[e]]++;
      }
    }
    return counts;
  }

  private int targetIndex(int c) {
    int u = users[c];
    return log.start(u) + log.length(u) - target.fromEnd;
  }
}
