package dev.hstu.index.live;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemIndex;
import java.util.concurrent.atomic.AtomicBoolean;

/// A hold on a live index as it was at one moment: index and items agree, row by row, and don't
/// change until it is closed. For any number of threads; close it once they are done.
public final class LiveSnapshot implements AutoCloseable {

  private final Moment moment;
  private final AtomicBoolean closed = new AtomicBoolean();

  LiveSnapshot(Moment moment) {
    this.moment = moment;
  }

  /// Finds live items only. Rows `0..N-1` are the generation's, later ones follow.
  public ItemIndex index() {
    return moment.index();
  }

  /// Ids and attributes of the rows.
  public ItemView items() {
    return moment.items();
  }

  /// The number of live items.
  public int live() {
    return moment.items().live();
  }

  /// The sequence number of the last update in it.
  public long version() {
    return moment.items().version();
  }

  /// Gives the hold back; a second call does nothing.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      moment.release();
    }
  }
}
