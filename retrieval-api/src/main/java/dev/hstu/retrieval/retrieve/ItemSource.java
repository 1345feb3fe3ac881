package dev.hstu.retrieval.retrieve;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.live.LiveIndex;
import dev.hstu.index.live.LiveSnapshot;

/// Where retrievals find items.
@FunctionalInterface
public interface ItemSource {

  /// The items as they are now.
  CurrentItems current();

  /// The items of a generation as it was built; the same object each time.
  static ItemSource of(Generation generation) {
    CurrentItems always =
        new CurrentItems(
            generation.index(), ItemView.of(generation.catalog()), generation.catalog().size(), 0);
    return () -> always;
  }

  /// The items of a live index, of the latest moment.
  static ItemSource of(LiveIndex live) {
    return () -> {
      LiveSnapshot snapshot = live.snapshot();
      return new CurrentItems(
          snapshot.index(), snapshot.items(), snapshot.live(), snapshot.version());
    };
  }
}
