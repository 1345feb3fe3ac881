package dev.hstu.retrieval.retrieve;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemIndex;

/// A hold on items as they are at one moment: index and rows agree until it is closed.
///
/// @param live how many items there are
/// @param release gives the hold back
public record HeldItems(ItemIndex index, ItemView items, int live, Runnable release)
    implements AutoCloseable {

  @Override
  public void close() {
    release.run();
  }
}
