package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;

/// The public protocol (HSTU.md, "Evaluation"): of each user one event is the target, everything
/// before it the history, and the request time is the target's own timestamp unless asked
/// otherwise. Users with nothing before their target have no case.
public final class LeaveOneOut implements EvaluationProtocol {

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
  private final RequestTimeRule requestTime;
  private final Clock clock;
  private final int[] users;

  /// As published: the request time is the target's.
  public LeaveOneOut(InteractionLog log, Target target) {
    this(log, target, RequestTimeRule.TARGET, new Clock.Wall());
  }

  /// @param clock of the log's times
  public LeaveOneOut(InteractionLog log, Target target, RequestTimeRule requestTime, Clock clock) {
    this.log = log;
    this.target = target;
    this.requestTime = requestTime;
    this.clock = clock;
    int[] found = new int[log.users()];
    int count = 0;
    for (int u = 0; u < log.users(); u++) {
      if (log.length(u) > target.fromEnd) {
        found[count++] = u;
      }
    }
    users = Arrays.copyOf(found, count);
  }

  @Override
  public int cases() {
    return users.length;
  }

  /// Users of the log that have too few events for a case.
  @Override
  public int usersWithoutCase() {
    return log.users() - users.length;
  }

  @Override
  public int user(int c) {
    return users[c];
  }

  @Override
  public int targetItem(int c) {
    return log.items()[targetEvent(c)];
  }

  @Override
  public UserHistory history(int c) {
    int from = log.start(users[c]);
    int end = targetEvent(c);
    return new UserHistory(
        Arrays.copyOfRange(log.items(), from, end),
        Arrays.copyOfRange(log.times(), from, end),
        Arrays.copyOfRange(log.actions(), from, end),
        requestTime.of(log.times()[end], log.times()[end - 1], clock),
        log.series().of(users[c]));
  }

  /// Events of each item row that come before their user's target.
  @Override
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

  @Override
  public RequestTimeRule requestTime() {
    return requestTime;
  }

  /// Which event is held out.
  public Target target() {
    return target;
  }

  @Override
  public String description() {
    return "leave-one-out over the whole catalogue, target = %s event, request time = %s"
        .formatted(target == Target.TEST ? "last" : "last but one", requestTime.label());
  }

  @Override
  public int targetEvent(int c) {
    int u = users[c];
    return log.start(u) + log.length(u) - target.fromEnd;
  }
}
