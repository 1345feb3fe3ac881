package dev.hstu.retrieval.users;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// When which items were last served to a user, the latest last. Packed: the seconds since the one
/// before and the item's id. Immutable, for any number of threads.
final class ServedItems {

  static final ServedItems NONE = new ServedItems(new byte[0], 0, Long.MIN_VALUE);

  private static final int OVERHEAD_BYTES = 48;

  private final byte[] packed;
  private final int count;
  private final long lastTime;

  private ServedItems(byte[] packed, int count, long lastTime) {
    this.packed = packed;
    this.count = count;
    this.lastTime = lastTime;
  }

  /// Reads packed items.
  ///
  /// @throws IllegalArgumentException when the bytes are none
  static ServedItems ofPacked(byte[] packed) {
    return of(unpacked(packed));
  }

  /// @param times by item, in any order
  static ServedItems of(Map<String, Long> times) {
    if (times.isEmpty()) {
      return NONE;
    }
    List<Map.Entry<String, Long>> ordered = new ArrayList<>(times.entrySet());
    ordered.sort(Map.Entry.comparingByValue());
    PackedBytes bytes = new PackedBytes();
    long before = 0;
    for (Map.Entry<String, Long> entry : ordered) {
      bytes.number(entry.getValue() - before).text(entry.getKey());
      before = entry.getValue();
    }
    return new ServedItems(bytes.toArray(), ordered.size(), before);
  }

  int count() {
    return count;
  }

  /// When something was served last, far in the past where nothing was.
  long lastTime() {
    return lastTime;
  }

  byte[] packed() {
    return packed;
  }

  /// Heap taken, about.
  int bytes() {
    return this == NONE ? 0 : OVERHEAD_BYTES + packed.length;
  }

  /// When each item was served last; a map of the caller's own.
  Map<String, Long> times() {
    return unpacked(packed);
  }

  /// These and others, an item at the later of its times: without those before `from`, and at most
  /// `most`, the latest.
  ServedItems with(ServedItems others, long from, int most) {
    Map<String, Long> all = unpacked(packed);
    others.times().forEach((item, time) -> all.merge(item, time, Math::max));
    all.values().removeIf(time -> time < from);
    if (all.size() > most) {
      all.entrySet().stream()
          .sorted(Map.Entry.comparingByValue())
          .limit(all.size() - most)
          .map(Map.Entry::getKey)
          .toList()
          .forEach(all::remove);
    }
    return of(all);
  }

  private static Map<String, Long> unpacked(byte[] packed) {
    Map<String, Long> times = new LinkedHashMap<>();
    try {
      PackedReader reader = new PackedReader(packed);
      long time = 0;
      while (reader.hasMore()) {
        time += reader.number();
        times.put(reader.text(), time);
      }
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw new IllegalArgumentException("packed items end early", e);
    }
    return times;
  }
}
