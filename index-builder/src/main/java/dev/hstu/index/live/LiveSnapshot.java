package dev.hstu.index.live;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemIndex;

/// A live index as it was at one moment: index and items agree, row by row, and never change. For
/// any number of threads, as long as the generation is open.
public final class LiveSnapshot {

  private final ItemIndex index;
  private final LiveItems items;

  LiveSnapshot(ItemIndex index, LiveItems items) {
    this.index = index;
    this.items = items;
  }

  /// Finds live items only. Rows `0..N-1` are the generation's, later ones follow.
  public ItemIndex index() {
    return index;
  }

  /// Ids and attributes of the rows.
  public ItemView items() {
    return items;
  }

  /// The number of live items.
  public int live() {
    return items.live();
  }

  /// The sequence number of the last update in it.
  public long version() {
    return items.version();
  }
}
