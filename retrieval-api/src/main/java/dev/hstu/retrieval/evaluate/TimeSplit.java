package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;

/// One instant for all users: what came before is known, and of each user who has both, the first
/// event at or after it is to be found. Unlike leave-one-out no history or popularity holds
/// anything that anybody did after another one's target (Ji et al., "A Critical Study on Data
/// Leakage in Recommender System Offline Evaluation", arXiv 2010.11060), so it is the nearer to a
/// launch. Needs real times, and a model that was trained on what came before the instant.
public final class TimeSplit implements EvaluationProtocol {

  private final InteractionLog log;
  private final long splitSeconds;
  private final RequestTimeRule requestTime;
  private final Clock clock;
  private final int[] users;
  private final int[] targets;

  /// @param splitSeconds the first second that is not known
  /// @throws IllegalArgumentException when the clock gives order only, or no user has events on
  ///     both sides
  public TimeSplit(
      InteractionLog log, long splitSeconds, RequestTimeRule requestTime, Clock clock) {
    if (!(clock instanceof Clock.Wall)) {
      throw new IllegalArgumentException(
          "the data's clock is %s, which tells order and no time; a time split needs real times, use leave-one-out"
              .formatted(clock.spec()));
    }
    this.log = log;
    this.splitSeconds = splitSeconds;
    this.requestTime = requestTime;
    this.clock = clock;
    int[] foundUsers = new int[log.users()];
    int[] foundTargets = new int[log.users()];
    int count = 0;
    for (int u = 0; u < log.users(); u++) {
      int first = firstAtOrAfter(log, u, splitSeconds);
      if (first > log.start(u) && first < log.start(u) + log.length(u)) {
        foundUsers[count] = u;
        foundTargets[count++] = first;
      }
    }
    if (count == 0) {
      throw new IllegalArgumentException(
          "no user has events both before and after %d; times run from %d to %d"
              .formatted(
                  splitSeconds,
                  Arrays.stream(log.times()).min().orElse(0),
                  Arrays.stream(log.times()).max().orElse(0)));
    }
    users = Arrays.copyOf(foundUsers, count);
    targets = Arrays.copyOf(foundTargets, count);
  }

  private static int firstAtOrAfter(InteractionLog log, int u, long seconds) {
    int low = log.start(u);
    int high = low + log.length(u);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (log.times()[middle] < seconds) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// The first second that is not known.
  public long splitSeconds() {
    return splitSeconds;
  }

  @Override
  public int cases() {
    return users.length;
  }

  /// Users with events on one side of the instant only.
  @Override
  public int usersWithoutCase() {
    return log.users() - users.length;
  }

  @Override
  public int user(int c) {
    return users[c];
  }

  @Override
  public int targetEvent(int c) {
    return targets[c];
  }

  @Override
  public int targetItem(int c) {
    return log.items()[targets[c]];
  }

  @Override
  public UserHistory history(int c) {
    int from = log.start(users[c]);
    int end = targets[c];
    return new UserHistory(
        Arrays.copyOfRange(log.items(), from, end),
        Arrays.copyOfRange(log.times(), from, end),
        Arrays.copyOfRange(log.actions(), from, end),
        requestTime.of(log.times()[end], log.times()[end - 1], clock),
        log.series().of(users[c]));
  }

  /// Events of each item row before the instant.
  @Override
  public long[] popularity(int items) {
    long[] counts = new long[items + 1];
    for (int e = 0; e < log.events(); e++) {
      counts[log.items()[e]] += log.times()[e] < splitSeconds ? 1 : 0;
    }
    return counts;
  }

  @Override
  public RequestTimeRule requestTime() {
    return requestTime;
  }

  @Override
  public String description() {
    return "time split at %d over the whole catalogue, target = first event from then on, request time = %s"
        .formatted(splitSeconds, requestTime.label());
  }
}
