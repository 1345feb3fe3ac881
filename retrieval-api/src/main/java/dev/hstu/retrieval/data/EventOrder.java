package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import java.util.Arrays;

/// Brings events into the form of an [InteractionLog]: a stable counting sort by user, a stable
/// sort by time inside each user, then duplicates out.
///
/// Needs 16 bytes an event beside the 20 of the columns it drains, hence 36 bytes an event at its
/// peak, and scratch space for the user with most events.
final class EventOrder {

  /// Bits of an event's place beside its time in one sort key, which makes a sort of primitives
  /// stable: times fit 37 bits, being at most [Clock#MAX_SECONDS].
  private static final int PLACE_BITS = 26;

  /// Bound on the events of one user that follows from it.
  static final int MAX_EVENTS_OF_USER = 1 << PLACE_BITS;

  private final boolean dropRepeats;
  private final LongSet known = new LongSet();
  private final InteractionLog log;
  private long outOfOrder;
  private long duplicates;
  private long repeats;
  private long[] keys = {};
  private int[] itemScratch = {};
  private float[] actionScratch = {};

  private EventOrder(InteractionLog log, boolean dropRepeats) {
    this.log = log;
    this.dropRepeats = dropRepeats;
  }

  /// What came out.
  ///
  /// @param log the kept events
  /// @param outOfOrder events that stood after a later one of the same user in the files
  /// @param duplicates events left out because user, item, time and action all stood before
  /// @param repeats events left out because the user had had the item before
  record Ordered(InteractionLog log, long outOfOrder, long duplicates, long repeats) {}

  /// Orders all events, draining `events`.
  ///
  /// @param users number of users; every event's user is below
  /// @param restampSeconds 0 to keep the times; else event `n` of a user, from 1, gets the time
  ///     `n * restampSeconds`
  /// @param dropRepeats whether only a user's first event with an item is kept
  static Ordered order(EventColumns events, int users, int restampSeconds, boolean dropRepeats) {
    EventOrder order = new EventOrder(byUser(events, users), dropRepeats);
    long[] kept = new long[users + 1];
    int end = 0;
    for (int user = 0; user < users; user++) {
      int start = order.log.start(user);
      int length = order.log.length(user);
      order.sortByTime(start, length);
      int first = end;
      end = order.keepNew(start, length, end);
      if (restampSeconds > 0) {
        order.restamp(first, end, restampSeconds);
      }
      kept[user + 1] = end;
    }
    return new Ordered(order.trimmed(kept, end), order.outOfOrder, order.duplicates, order.repeats);
  }

  private static InteractionLog byUser(EventColumns events, int users) {
    int[] next = events.countByUser(users);
    long[] offsets = new long[users + 1];
    for (int user = 0; user < users; user++) {
      requireBound(next[user]);
      offsets[user + 1] = offsets[user] + next[user];
      next[user] = (int) offsets[user];
    }
    int size = events.size();
    InteractionLog log =
        new InteractionLog(offsets, new int[size], new long[size], new float[size]);
    events.drainTo(
        (user, item, time, action) -> {
          int at = next[user]++;
          log.items()[at] = item;
          log.times()[at] = time;
          log.actions()[at] = action;
        });
    return log;
  }

  private static void requireBound(int events) {
    if (events > MAX_EVENTS_OF_USER) {
      throw new UnusableInputException(
          "one user has %d events, more than %d; is the user column the right one?"
              .formatted(events, MAX_EVENTS_OF_USER));
    }
  }

  private void sortByTime(int start, int length) {
    long[] times = log.times();
    long before = outOfOrder;
    long latest = Long.MIN_VALUE;
    for (int i = start; i < start + length; i++) {
      outOfOrder += times[i] < latest ? 1 : 0;
      latest = Math.max(latest, times[i]);
    }
    if (outOfOrder > before) {
      sort(start, length);
    }
  }

  private void sort(int start, int length) {
    reserve(length);
    for (int i = 0; i < length; i++) {
      keys[i] = log.times()[start + i] << PLACE_BITS | i;
    }
    Arrays.sort(keys, 0, length);
    System.arraycopy(log.items(), start, itemScratch, 0, length);
    System.arraycopy(log.actions(), start, actionScratch, 0, length);
    for (int i = 0; i < length; i++) {
      int place = (int) (keys[i] & (MAX_EVENTS_OF_USER - 1));
      log.items()[start + i] = itemScratch[place];
      log.actions()[start + i] = actionScratch[place];
      log.times()[start + i] = keys[i] >>> PLACE_BITS;
    }
  }

  private void reserve(int length) {
    if (keys.length < length) {
      int roomy = Math.min(MAX_EVENTS_OF_USER, length + length / 2);
      keys = new long[roomy];
      itemScratch = new int[roomy];
      actionScratch = new float[roomy];
    }
  }

  /// Moves the events worth keeping of `length` from `start` to `target` on, `target <= start`.
  ///
  /// @return the end of the kept events
  private int keepNew(int start, int length, int target) {
    int end = target;
    int i = start;
    while (i < start + length) {
      int tied = tied(i, start + length);
      if (tied > 1) {
        known.clear(tied);
      }
      for (int last = i + tied; i < last; i++) {
        if (tied == 1 || known.add(itemAndAction(i))) {
          move(i, end++);
        } else {
          duplicates++;
        }
      }
    }
    return dropRepeats ? keepFirstOfEachItem(target, end) : end;
  }

  private int keepFirstOfEachItem(int start, int end) {
    known.clear(end - start);
    int kept = start;
    for (int i = start; i < end; i++) {
      if (known.add(log.items()[i])) {
        move(i, kept++);
      } else {
        repeats++;
      }
    }
    return kept;
  }

  /// How many events from `i` on, before `end`, have the time of `i`.
  private int tied(int i, int end) {
    int after = i + 1;
    while (after < end && log.times()[after] == log.times()[i]) {
      after++;
    }
    return after - i;
  }

  /// Not 0, since item rows begin at 1.
  private long itemAndAction(int i) {
    return (long) log.items()[i] << Integer.SIZE
        | Integer.toUnsignedLong(Float.floatToIntBits(log.actions()[i]));
  }

  private void move(int from, int to) {
    log.items()[to] = log.items()[from];
    log.times()[to] = log.times()[from];
    log.actions()[to] = log.actions()[from];
  }

  private void restamp(int start, int end, int stepSeconds) {
    if ((long) stepSeconds * (end - start) > Clock.MAX_SECONDS) {
      throw new UnusableInputException(
          "a user's %d events at a step of %d s pass the largest time, %d; lower the clock's step"
              .formatted(end - start, stepSeconds, Clock.MAX_SECONDS));
    }
    for (int i = start; i < end; i++) {
      log.times()[i] = (long) stepSeconds * (i - start + 1);
    }
  }

  private InteractionLog trimmed(long[] offsets, int end) {
    if (end == log.events()) {
      return log;
    }
    return new InteractionLog(
        offsets,
        Arrays.copyOf(log.items(), end),
        Arrays.copyOf(log.times(), end),
        Arrays.copyOf(log.actions(), end));
  }
}
