package dev.hstu.index.search;

import dev.hstu.index.format.AcceptedPositions;
import dev.hstu.index.format.DocumentFilter;
import dev.hstu.index.format.Partitions;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/// Bitmaps of filters in the order of one segment's positions, kept as long as the filters are. For
/// any number of threads; searches that find their bitmap take no lock.
final class PositionBitmaps {

  /// Most bitmaps kept, of a bit a vector each: 40 MB for ten million.
  static final int MAX_KEPT = 32;

  /// Searches of the segment by bitmaps after which one that none of them used gives way to others.
  /// Where all are in use, further filters do without: they must not replace each other in turn.
  static final int IDLE_SEARCHES = 4_096;

  private final Partitions partitions;
  private final AtomicLong searches = new AtomicLong();

  /// Replaced as a whole.
  private volatile Kept[] kept = {};

  PositionBitmaps(Partitions partitions) {
    this.partitions = partitions;
  }

  /// The bitmap of one filter.
  private static final class Kept {

    private final WeakReference<FixedBitSet> rows;
    private final AcceptedPositions positions;
    private volatile long lastUse;

    Kept(FixedBitSet rows, AcceptedPositions positions, long lastUse) {
      this.rows = new WeakReference<>(rows);
      this.positions = positions;
      this.lastUse = lastUse;
    }

    boolean isUnused(long now) {
      return rows.refersTo(null) || now - lastUse > IDLE_SEARCHES;
    }
  }

  /// What is accepted by position, or null where that isn't known yet: the first searches with a
  /// bitmap find it out, each of them a part.
  ///
  /// @param rows recognised by identity, and not held on to
  /// @param filter of documents, by `rows` alone and the same for the same `rows`
  @Nullable AcceptedPositions accepted(FixedBitSet rows, DocumentFilter filter) {
    long now = searches.incrementAndGet();
    @Nullable Kept bitmap = find(rows);
    if (bitmap == null) {
      bitmap = add(rows, now);
    }
    if (bitmap == null) {
      return null;
    }
    bitmap.lastUse = now;
    return bitmap.positions.fill(filter) ? bitmap.positions : null;
  }

  private @Nullable Kept find(FixedBitSet rows) {
    for (Kept bitmap : kept) {
      if (bitmap.rows.refersTo(rows)) {
        return bitmap;
      }
    }
    return null;
  }

  /// Begins a bitmap, or gives null where others have all the room.
  private synchronized @Nullable Kept add(FixedBitSet rows, long now) {
    @Nullable Kept other = find(rows);
    if (other != null) {
      return other;
    }
    Kept[] used = Arrays.stream(kept).filter(bitmap -> !bitmap.isUnused(now)).toArray(Kept[]::new);
    if (used.length >= MAX_KEPT) {
      return null;
    }
    Kept added = new Kept(rows, new AcceptedPositions(partitions), now);
    Kept[] all = Arrays.copyOf(used, used.length + 1);
    all[used.length] = added;
    kept = all;
    return added;
  }
}
