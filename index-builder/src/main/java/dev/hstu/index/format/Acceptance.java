package dev.hstu.index.format;

import dev.hstu.index.scan.BestRows;
import org.jspecify.annotations.Nullable;

/// What one search lets through: vectors that live and whose documents its filter accepts. Counts
/// what the filter was asked. For one thread.
final class Acceptance {

  private OverlaidPartitions overlaid = OverlaidPartitions.of(Partitions.NONE);

  /// Of the base's vectors.
  private DocumentFilter filter = DocumentFilter.ALL;

  /// Of later vectors.
  private DocumentFilter laterFilter = DocumentFilter.ALL;

  /// By position of the base, what the filter is asked of; null where of all.
  private long @Nullable [] accepted;

  private long asked;
  private long passed;

  /// Begins a search; nothing was asked yet.
  void begin(OverlaidPartitions in, DocumentFilter by) {
    overlaid = in;
    laterFilter = by;
    if (by
        instanceof
        PositionFilter(AcceptedPositions known, DocumentFilter others, DocumentFilter whole)) {
      accepted = known.bits();
      filter = others;
      laterFilter = whole;
    } else {
      accepted = null;
      filter = by;
    }
    asked = 0;
    passed = 0;
  }

  /// Vectors that lived and about which the filter was asked.
  long asked() {
    return asked;
  }

  /// How many of them passed.
  long passed() {
    return passed;
  }

  /// Moves the keys of positions that are let through to the front.
  ///
  /// @return where they end
  int retain(long[] keys, int from, int to) {
    int end = retainByBits(overlaid.live(), keys, from, to);
    if (acceptsAll()) {
      return end;
    }
    asked += end - from;
    if (overlaid.hasLists()) {
      end = retainByFilters(keys, from, end);
    } else {
      end = retainByBits(accepted, keys, from, end);
      end = filter == DocumentFilter.ALL ? end : retainByFilters(keys, from, end);
    }
    passed += end - from;
    return end;
  }

  /// Whether a position is let through.
  boolean accepts(int position) {
    if (!overlaid.isLive(position)) {
      return false;
    }
    if (acceptsAll()) {
      return true;
    }
    asked++;
    boolean passes = passes(position);
    passed += passes ? 1 : 0;
    return passes;
  }

  private boolean acceptsAll() {
    return accepted == null && filter == DocumentFilter.ALL;
  }

  /// Without a branch on the bits: no processor foresees random ones.
  private static int retainByBits(long @Nullable [] bits, long[] keys, int from, int to) {
    if (bits == null) {
      return to;
    }
    int end = from;
    for (int i = from; i < to; i++) {
      int position = BestRows.row(keys[i]);
      keys[end] = keys[i];
      end += (int) (bits[position >>> 6] >>> position) & 1;
    }
    return end;
  }

  private int retainByFilters(long[] keys, int from, int to) {
    int end = from;
    for (int i = from; i < to; i++) {
      if (passes(BestRows.row(keys[i]))) {
        keys[end++] = keys[i];
      }
    }
    return end;
  }

  private boolean passes(int position) {
    if (position >= overlaid.base().size()) {
      return laterFilter.accepts(overlaid.document(position));
    }
    long @Nullable [] bits = accepted;
    return (bits == null || (bits[position >>> 6] >>> position & 1) != 0)
        && (filter == DocumentFilter.ALL || filter.accepts(overlaid.document(position)));
  }
}
