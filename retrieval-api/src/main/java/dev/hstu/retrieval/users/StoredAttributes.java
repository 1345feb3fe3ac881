package dev.hstu.retrieval.users;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the slow series of a user held, and since when: of a run in which a series holds one value
/// the first entry (HSTU.md, unified features). In order of time, those that hold always first, and
/// those of one second by name and value, so that the order in which they came doesn't matter.
/// Packed: some 20 bytes an entry. Immutable, for any number of threads.
///
/// For each entry: its place in time less that of the one before, where always is 0 and a second is
/// its number plus 1; the name and the value, each its length in bytes and UTF-8.
public final class StoredAttributes {

  /// No entries.
  public static final StoredAttributes NONE = new StoredAttributes(new byte[0], 0);

  private static final int OVERHEAD_BYTES = 48;

  private static final Comparator<AttributeEntry> ORDER =
      Comparator.comparingLong(StoredAttributes::place)
          .thenComparing(AttributeEntry::name)
          .thenComparing(AttributeEntry::value);

  private final byte[] packed;
  private final int count;

  private StoredAttributes(byte[] packed, int count) {
    this.packed = packed;
    this.count = count;
  }

  /// Reads packed entries.
  ///
  /// @throws IllegalArgumentException when the bytes are none
  static StoredAttributes ofPacked(byte[] packed) {
    return of(unpacked(packed));
  }

  /// @param entries in order
  private static StoredAttributes of(List<AttributeEntry> entries) {
    if (entries.isEmpty()) {
      return NONE;
    }
    PackedBytes packed = new PackedBytes();
    long before = 0;
    for (AttributeEntry entry : entries) {
      packed.number(place(entry) - before).text(entry.name()).text(entry.value());
      before = place(entry);
    }
    return new StoredAttributes(packed.toArray(), entries.size());
  }

  /// The number of entries.
  public int count() {
    return count;
  }

  /// The entries in order; a list of the caller's own.
  public List<AttributeEntry> entries() {
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
  /// @param all at most as many as asked for; the very same object where nothing changes
  /// @param added how many of the others weren't there and are now
  record Merged(StoredAttributes all, int added) {}

  /// Puts further entries among these, in any order. Beyond `most` the oldest go, but the newest of
  /// each series stays; where the series are more than that, those that are there stay, and of the
  /// others those that changed last. Where there is no more room, what is earlier than all that is
  /// kept of its series isn't taken: it may have been dropped before, and so entries sent again
  /// change nothing.
  ///
  /// An entry that says what held already is not kept, so a change learnt of late ends a run
  /// without what the run's later entries said; whoever learns of changes out of order sends those
  /// after them again.
  Merged with(List<AttributeEntry> others, int most) {
    List<AttributeEntry> before = entries();
    Set<AttributeEntry> all = new TreeSet<>(ORDER);
    all.addAll(before);
    all.addAll(before.size() < most ? others : notBeforeKept(before, others));
    Set<String> series = series(before, all, most);
    all.removeIf(entry -> !series.contains(entry.name()));
    List<AttributeEntry> kept = newest(firstOfRuns(all), most);
    if (kept.equals(before)) {
      return new Merged(this, 0);
    }
    Set<AttributeEntry> there = new HashSet<>(before);
    int added = (int) kept.stream().filter(entry -> !there.contains(entry)).count();
    return new Merged(of(kept), added);
  }

  private static List<AttributeEntry> notBeforeKept(
      List<AttributeEntry> kept, List<AttributeEntry> others) {
    Map<String, AttributeEntry> first = new HashMap<>();
    kept.forEach(entry -> first.putIfAbsent(entry.name(), entry));
    return others.stream()
        .filter(
            other -> {
              @Nullable AttributeEntry bound = first.get(other.name());
              return bound == null || ORDER.compare(other, bound) > 0;
            })
        .toList();
  }

  /// The names that there is room for.
  private static Set<String> series(
      List<AttributeEntry> kept, Collection<AttributeEntry> all, int most) {
    Set<String> names = new LinkedHashSet<>();
    kept.reversed().forEach(entry -> names.add(entry.name()));
    List.copyOf(all).reversed().forEach(entry -> names.add(entry.name()));
    return names.stream().limit(most).collect(Collectors.toSet());
  }

  private static List<AttributeEntry> firstOfRuns(Collection<AttributeEntry> ordered) {
    Map<String, String> held = new HashMap<>();
    return ordered.stream()
        .filter(entry -> !Objects.equals(held.put(entry.name(), entry.value()), entry.value()))
        .toList();
  }

  /// @param ordered of at most so many series
  private static List<AttributeEntry> newest(List<AttributeEntry> ordered, int most) {
    int excess = ordered.size() - most;
    Map<String, AttributeEntry> last = new HashMap<>();
    ordered.forEach(entry -> last.put(entry.name(), entry));
    List<AttributeEntry> kept = new ArrayList<>();
    for (AttributeEntry entry : ordered) {
      if (excess > 0 && !entry.equals(last.get(entry.name()))) {
        excess--;
      } else {
        kept.add(entry);
      }
    }
    return kept;
  }

  private static long place(AttributeEntry entry) {
    @Nullable Long since = entry.since();
    return since == null ? 0 : since + 1;
  }

  private static List<AttributeEntry> unpacked(byte[] packed) {
    List<AttributeEntry> entries = new ArrayList<>();
    try {
      PackedReader reader = new PackedReader(packed);
      long place = 0;
      while (reader.hasMore()) {
        place += reader.number();
        entries.add(
            new AttributeEntry(reader.text(), reader.text(), place == 0 ? null : place - 1));
      }
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw new IllegalArgumentException("packed attributes end early", e);
    }
    return entries;
  }
}
