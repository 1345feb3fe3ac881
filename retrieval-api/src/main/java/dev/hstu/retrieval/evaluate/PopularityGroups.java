package dev.hstu.retrieval.evaluate;

import java.util.Arrays;
import java.util.List;

/// Items by how much of all engagement they hold, a third each: `head` are the most popular ones
/// that together have a third of the events, then `middle`, then `tail`; items without an event are
/// `new`. Thirds of events, not of items, so that each group matters alike to users.
final class PopularityGroups {

  static final List<String> LABELS = List.of("head", "middle", "tail", "new");

  static final int HEAD = 0;
  private static final int NEW = 3;

  private final byte[] groups;

  /// @param popularity events by item row, index 0 unused
  PopularityGroups(long[] popularity) {
    groups = new byte[popularity.length];
    Arrays.fill(groups, (byte) NEW);
    long[] order = new long[popularity.length - 1];
    long total = 0;
    for (int item = 1; item < popularity.length; item++) {
      // Popular ones first, equal ones by row: the count's complement above the row.
      order[item - 1] = (~Math.min(popularity[item], Integer.MAX_VALUE) << Integer.SIZE) | item;
      total += popularity[item];
    }
    Arrays.sort(order);
    long before = 0;
    for (long key : order) {
      int item = (int) key;
      if (popularity[item] > 0) {
        // An item belongs where its first event falls.
        groups[item] = (byte) Math.min(2, 3 * before / total);
        before += popularity[item];
      }
    }
  }

  /// The group of an item row, an index of [#LABELS].
  int of(int item) {
    return groups[item];
  }
}
