package dev.hstu.encoder.sequence;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where prepared data came from, and what was done to it on the way.
///
/// @param sources the files read, as the user named them
/// @param columns which column of the sources gave which field, e.g. `user` -> `user_id`; copied
/// @param clock what the event times are
/// @param dropped rows left out, by reason; copied
/// @param duplicates events found more than once and kept once
/// @param outOfOrder events that stood before an earlier one of the same user and were sorted
public record Provenance(
    List<String> sources,
    SortedMap<String, String> columns,
    Clock clock,
    SortedMap<String, Long> dropped,
    long duplicates,
    long outOfOrder) {

  public Provenance {
    sources = List.copyOf(sources);
    columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
    dropped = Collections.unmodifiableSortedMap(new TreeMap<>(dropped));
    requireCount("duplicates", duplicates);
    requireCount("outOfOrder", outOfOrder);
    dropped.forEach(Provenance::requireCount);
  }

  private static void requireCount(String name, long count) {
    if (count < 0) {
      throw new IllegalArgumentException(name + "=" + count + " must be at least 0");
    }
  }
}
