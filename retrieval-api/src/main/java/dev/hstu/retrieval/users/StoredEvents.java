package dev.hstu.retrieval.users;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A user's events in order of time, those of one second in the order in which they came. Packed:
/// some 15 bytes an event. Immutable, for any number of threads.
///
/// For each event: the seconds since the one before, the item id (its length in bytes and UTF-8), 0
/// or 1 and the action as a float32.
public final class StoredEvents {

  /// No events.
  public static final StoredEvents NONE = new StoredEvents(new byte[0], 0);

  private static final int OVERHEAD_BYTES = 48;

  private final byte[] packed;
  private final int count;

  private StoredEvents(byte[] packed, int count) {
    this.packed = packed;
    this.count = count;
  }

  /// Packs events.
  ///
  /// @param events in order of time
  static StoredEvents of(List<UserEvent> events) {
    if (events.isEmpty()) {
      return NONE;
    }
    PackedBytes packed = new PackedBytes();
    long time = 0;
    for (UserEvent event : events) {
      if (event.time() < time) {
        throw new IllegalArgumentException(
            "time=%d is before the %d of the event before it".formatted(event.time(), time));
      }
      packed.number(event.time() - time).text(event.itemId());
      @Nullable Float action = event.action();
      packed.octet(action == null ? 0 : 1);
      if (action != null) {
        packed.float32(action);
      }
      time = event.time();
    }
    return new StoredEvents(packed.toArray(), events.size());
  }

  /// Reads packed events.
  ///
  /// @throws IllegalArgumentException when the bytes are none
  static StoredEvents ofPacked(byte[] packed) {
    return of(unpacked(packed));
  }

  /// The number of events.
  public int count() {
    return count;
  }

  /// The events, oldest first; a list of the caller's own.
  public List<UserEvent> events() {
    return unpacked(packed);
  }

  byte[] packed() {
    return packed;
  }

  /// Heap taken, about.
  int bytes() {
    return this == NONE ? 0 : OVERHEAD_BYTES + packed.length;
  }

  /// What these and others are together.
  ///
  /// @param all in order, at most as many as asked for
  /// @param added those of the others that weren't there and are now, in order
  /// @param known how many of the others were there, or came twice
  /// @param dropped how many were dropped for more recent ones, of these and the others
  record Merged(StoredEvents all, List<UserEvent> added, int known, int dropped) {}

  /// Puts further events among these, in any order. An event that is there already is kept once.
  /// Beyond `most` the oldest are dropped, and of those of one second the last to come: so events
  /// sent again change nothing, dropped ones included.
  Merged with(List<UserEvent> others, int most) {
    List<UserEvent> all = events();
    Set<UserEvent> there = new HashSet<>(all);
    List<UserEvent> added = new ArrayList<>();
    for (UserEvent other : others) {
      if (there.add(other)) {
        added.add(other);
      }
    }
    int known = others.size() - added.size();
    if (added.isEmpty() && all.size() <= most) {
      return new Merged(this, List.of(), known, 0);
    }
    all.addAll(added);
    // Stable, so that events of one second stay in the order in which they came.
    all.sort(Comparator.comparingLong(UserEvent::time));
    Set<UserEvent> dropped = dropOldest(all, most);
    added.removeAll(dropped);
    added.sort(Comparator.comparingLong(UserEvent::time));
    return new Merged(of(all), added, known, dropped.size());
  }

  private static Set<UserEvent> dropOldest(List<UserEvent> ordered, int most) {
    Set<UserEvent> dropped = new HashSet<>();
    while (ordered.size() > most) {
      int end = 1;
      while (end < ordered.size() && ordered.get(end).time() == ordered.getFirst().time()) {
        end++;
      }
      int start = Math.max(0, end - (ordered.size() - most));
      List<UserEvent> gone = ordered.subList(start, end);
      dropped.addAll(gone);
      gone.clear();
    }
    return dropped;
  }

  private static List<UserEvent> unpacked(byte[] packed) {
    List<UserEvent> events = new ArrayList<>();
    try {
      PackedReader reader = new PackedReader(packed);
      long time = 0;
      while (reader.hasMore()) {
        time += reader.number();
        String itemId = reader.text();
        events.add(new UserEvent(itemId, time, reader.octet() == 0 ? null : reader.float32()));
      }
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw new IllegalArgumentException("packed events end early", e);
    }
    return events;
  }
}
