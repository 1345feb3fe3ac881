package dev.hstu.retrieval.explain;

import dev.hstu.index.live.LastUpdate;
import dev.hstu.index.live.LoggedUpdate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/// What the log of updates last said of an item; asked only for items that aren't there.
@FunctionalInterface
public interface UpdateTrail {

  /// The last durable update of an item.
  Optional<LoggedUpdate> last(String itemId);

  /// The log in a folder, read whole for each question.
  static UpdateTrail in(Path folder) {
    return itemId -> {
      try {
        return LastUpdate.of(folder, itemId);
      } catch (IOException e) {
        throw new UncheckedIOException("the log of updates in " + folder + " can't be read", e);
      }
    };
  }
}
