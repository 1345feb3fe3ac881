package dev.hstu.index.live;

import dev.hstu.index.search.OverlaidIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;

/// What a live index was after so many updates; closes its reader when nobody holds it any more.
final class Moment {

  private final OverlaidIndex index;
  private final LiveItems items;
  private final DirectoryReader reader;

  /// Leases given out, and one for the live index while this is its latest.
  private final AtomicInteger holds = new AtomicInteger(1);

  /// Takes a reference of its own on the reader.
  Moment(OverlaidIndex index, LiveItems items, DirectoryReader reader) {
    reader.incRef();
    this.index = index;
    this.items = items;
    this.reader = reader;
  }

  OverlaidIndex index() {
    return index;
  }

  LiveItems items() {
    return items;
  }

  /// @return false when nobody held it any more
  boolean acquire() {
    int count = holds.get();
    while (count > 0) {
      if (holds.compareAndSet(count, count + 1)) {
        return true;
      }
      count = holds.get();
    }
    return false;
  }

  void release() {
    if (holds.decrementAndGet() == 0) {
      try {
        reader.decRef();
      } catch (IOException e) {
        throw new UncheckedIOException("a reader of later rows could not be closed", e);
      }
    }
  }
}
