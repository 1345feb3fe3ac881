package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// One person under two ids: another user of the training data has the case's last events and then
/// the target, one after the other. Looked for by a rolling hash over all trained sequences, and
/// compared event by event where it meets.
final class TwinCheck implements LeakCheck {

  /// Events before the target that must be the same, where times are real and must be too.
  static final int TIMED_EVENTS = 4;

  /// The same where there is order only: so many in the same order are no chance.
  static final int ORDERED_EVENTS = 10;

  /// An odd multiplier, so that no item is lost from the hash (the golden ratio's 64 bits).
  private static final long BASE = 0x9E3779B97F4A7C15L;

  @Override
  public String kind() {
    return "twin-users";
  }

  @Override
  public String words() {
    return "training saw the same events, the target among them, under another user's id";
  }

  @Override
  public int count(Audit audit) {
    return twins(audit).cardinality();
  }

  @Override
  public Audit mended(Audit audit) {
    BitSet twins = twins(audit);
    int[] next = {0};
    return audit.withCases(audit.cases().filter(one -> !twins.get(next[0]++)));
  }

  private static BitSet twins(Audit audit) {
    BitSet twins = new BitSet(audit.cases().size());
    TrainedEvents training = audit.training();
    if (training == null) {
      return twins;
    }
    boolean timed = audit.clock() instanceof Clock.Wall;
    int length = 1 + (timed ? TIMED_EVENTS : ORDERED_EVENTS);
    // Of cases with the same end one stands for all: they are told apart below by comparing.
    Map<Long, BitSet> byHash = new HashMap<>();
    for (int c = 0; c < audit.cases().size(); c++) {
      AuditCase one = audit.cases().get(c);
      if (one.history().length() >= length - 1) {
        byHash.computeIfAbsent(hash(one, length), hash -> new BitSet()).set(c);
      }
    }
    long first = power(length - 1);
    for (int user = 0; user < training.users(); user++) {
      long hash = 0;
      int start = training.start(user);
      for (int e = start; e < training.end(user); e++) {
        if (e - start >= length) {
          hash -= first * training.item(e - length);
        }
        hash = hash * BASE + training.item(e);
        BitSet cases = e - start + 1 >= length ? byHash.get(hash) : null;
        if (cases != null) {
          int trained = user;
          int last = e;
          cases.stream()
              .filter(c -> isTwin(audit.cases().get(c), training, trained, last, length, timed))
              .forEach(twins::set);
        }
      }
    }
    return twins;
  }

  private static long hash(AuditCase one, int length) {
    UserHistory history = one.history();
    long hash = 0;
    for (int e = history.length() - (length - 1); e < history.length(); e++) {
      hash = hash * BASE + history.items()[e];
    }
    return hash * BASE + one.target();
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= BASE;
    }
    return power;
  }

  /// Whether trained events up to `last` are the case's own end, by another user.
  private static boolean isTwin(
      AuditCase one, TrainedEvents training, int user, int last, int length, boolean timed) {
    if (training.userRow(one.userId()) == user || training.item(last) != one.target()) {
      return false;
    }
    if (timed && training.time(last) != one.targetTime()) {
      return false;
    }
    UserHistory history = one.history();
    for (int back = 1; back < length; back++) {
      int mine = history.length() - back;
      if (training.item(last - back) != history.items()[mine]
          || (timed && training.time(last - back) != history.times()[mine])) {
        return false;
      }
    }
    return true;
  }
}
