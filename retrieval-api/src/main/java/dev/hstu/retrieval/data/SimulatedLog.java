package dev.hstu.retrieval.data;

import java.util.Arrays;
import java.util.BitSet;

/// The events of a simulated world, user after user, each user's in order of time. 25 bytes an
/// event with the order over all users.
final class SimulatedLog {

  /// Bits for an event's index beside its time in one sort key.
  private static final int INDEX_BITS = 31;

  private final int[] offsets;
  private final int[] users;
  private final int[] items;
  private final byte[] ratings;
  private final long[] times;
  private int size;

  /// @param lengths events of each user
  SimulatedLog(int[] lengths) {
    offsets = new int[lengths.length + 1];
    for (int user = 0; user < lengths.length; user++) {
      offsets[user + 1] = Math.addExact(offsets[user], lengths[user]);
    }
    int events = offsets[lengths.length];
    users = new int[events];
    items = new int[events];
    ratings = new byte[events];
    times = new long[events];
  }

  /// Adds the next event; users come one after the other.
  void add(int user, int item, int rating, long timeSeconds) {
    users[size] = user;
    items[size] = item;
    ratings[size] = (byte) rating;
    times[size] = timeSeconds;
    size++;
  }

  int events() {
    return users.length;
  }

  int users() {
    return offsets.length - 1;
  }

  int user(int event) {
    return users[event];
  }

  int item(int event) {
    return items[event];
  }

  int rating(int event) {
    return ratings[event];
  }

  long timeSeconds(int event) {
    return times[event];
  }

  /// Index of a user's first event.
  int start(int user) {
    return offsets[user];
  }

  /// Index after a user's last event.
  int end(int user) {
    return offsets[user + 1];
  }

  /// Indices of all events by time, equal times by user.
  int[] byTime() {
    long[] keys = new long[users.length];
    Arrays.setAll(keys, e -> (times[e] - WorldItems.BEGIN_SECONDS) << INDEX_BITS | e);
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    Arrays.setAll(order, i -> (int) (keys[i] & Integer.MAX_VALUE));
    return order;
  }

  /// How often each item occurs, every user's last event left out.
  double[] countsWithoutLast(int itemCount) {
    double[] counts = new double[itemCount];
    for (int user = 0; user < users(); user++) {
      for (int event = start(user); event < end(user) - 1; event++) {
        counts[items[event]]++;
      }
    }
    return counts;
  }

  /// The items of a user's events but the last, set in `seen`, which is cleared before.
  void seenBeforeLast(int user, BitSet seen) {
    seen.clear();
    for (int event = start(user); event < end(user) - 1; event++) {
      seen.set(items[event]);
    }
  }
}
