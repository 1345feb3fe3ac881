package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.retrieval.evaluate.SeenFilter;
import java.util.Arrays;
import java.util.List;

/// Every kind of leak that is looked for.
final class LeakChecks {

  static final List<LeakCheck> ALL =
      List.of(
          new CaseCheck(
              "future-event",
              "events later than the target or the request are in the history",
              (audit, one) -> firstLate(one) < one.history().length(),
              one -> one.keepEvents(e -> one.history().times()[e] <= latest(one))),
          new CaseCheck(
              "target-in-history",
              "the target itself is in the history: the same item at the same time",
              (audit, one) -> hasTarget(one),
              one -> one.keepEvents(e -> !isTarget(one, e))),
          new CaseCheck(
              "late-request",
              "the request time is later than the target's, so the model knows more than it will",
              (audit, one) -> one.history().requestTime() > one.targetTime(),
              one -> one.withRequestTime(one.targetTime())),
          new CaseCheck(
              "target-in-training",
              "training saw the very event that is to be found",
              (audit, one) -> trainedOnTarget(audit, one),
              null),
          new CaseCheck(
              "later-events-in-training",
              "training saw events of the user from after the target: users are split over training"
                  + " and test, not in time",
              (audit, one) -> trainedAfterTarget(audit, one),
              null),
          new CaseCheck(
              "users-in-both",
              "users said to be held out are in the training data",
              (audit, one) -> audit.usersHeldOut() && trainedUser(audit, one) >= 0,
              null),
          new TwinCheck(),
          new SeenFilterCheck(),
          new CaseCheck(
              "sampled-ranking",
              "the target is ranked among a sample, not the whole catalogue",
              (audit, one) -> one.candidates() != null && one.candidates().length < audit.items(),
              AuditCase::withWholeCatalogue));

  private LeakChecks() {}

  /// The latest instant a case may know an event of. An event at the target's own second may have
  /// come before it.
  private static long latest(AuditCase one) {
    return Math.min(one.targetTime(), one.history().requestTime());
  }

  private static int firstLate(AuditCase one) {
    UserHistory history = one.history();
    int e = 0;
    while (e < history.length() && history.times()[e] <= latest(one)) {
      e++;
    }
    return e;
  }

  private static boolean isTarget(AuditCase one, int event) {
    return one.history().items()[event] == one.target()
        && one.history().times()[event] == one.targetTime();
  }

  private static boolean hasTarget(AuditCase one) {
    for (int e = 0; e < one.history().length(); e++) {
      if (isTarget(one, e)) {
        return true;
      }
    }
    return false;
  }

  /// The user's row in the training data, or negative.
  private static int trainedUser(Audit audit, AuditCase one) {
    TrainedEvents training = audit.training();
    return training == null ? -1 : training.userRow(one.userId());
  }

  private static boolean trainedOnTarget(Audit audit, AuditCase one) {
    TrainedEvents training = audit.training();
    int user = trainedUser(audit, one);
    if (training == null || user < 0) {
      return false;
    }
    for (int e = training.start(user); e < training.end(user); e++) {
      if (training.item(e) == one.target() && training.time(e) == one.targetTime()) {
        return true;
      }
    }
    return false;
  }

  private static boolean trainedAfterTarget(Audit audit, AuditCase one) {
    TrainedEvents training = audit.training();
    int user = trainedUser(audit, one);
    if (training == null || user < 0) {
      return false;
    }
    int end = training.end(user);
    return end > training.start(user) && training.time(end - 1) > one.targetTime();
  }

  /// What cannot be ranked differs from what a service leaves out: every item of the history. The
  /// target's own place in either is another check's matter.
  private static final class SeenFilterCheck implements LeakCheck {
    @Override
    public String kind() {
      return "seen-filter";
    }

    @Override
    public String words() {
      return "what cannot be ranked is not the whole history, which is what a service leaves out";
    }

    @Override
    public int count(Audit audit) {
      int count = 0;
      for (int c = 0; c < audit.cases().size(); c++) {
        AuditCase one = audit.cases().get(c);
        count += !Arrays.equals(excluded(audit, one), items(one, 0)) ? 1 : 0;
      }
      return count;
    }

    private static int[] excluded(Audit audit, AuditCase one) {
      int[] listed = one.excluded();
      return listed == null
          ? items(one, audit.seen().start(one.history().length(), audit.window()))
          : Arrays.stream(listed)
              .filter(item -> item != one.target())
              .sorted()
              .distinct()
              .toArray();
    }

    private static int[] items(AuditCase one, int from) {
      return Arrays.stream(one.history().items())
          .skip(from)
          .filter(item -> item != one.target())
          .sorted()
          .distinct()
          .toArray();
    }

    @Override
    public Audit mended(Audit audit) {
      return audit
          .withSeen(SeenFilter.ALL)
          .withCases(audit.cases().map(AuditCase::withoutExclusions));
    }
  }
}
