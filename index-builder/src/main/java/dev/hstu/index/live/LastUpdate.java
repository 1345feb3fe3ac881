package dev.hstu.index.live;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the log of updates last said of one item.
public final class LastUpdate {

  private LastUpdate() {}

  /// The last durable update of an item. Reads the whole log, of which compaction keeps one update
  /// an item: some seconds for ten million.
  ///
  /// @param folder the log's, perhaps written by another process; one that doesn't exist is empty
  /// @param id canonical
  public static Optional<LoggedUpdate> of(Path folder, String id) throws IOException {
    Found found = new Found();
    try (LogSnapshot log = LogSnapshot.open(folder)) {
      log.forEach(
          update -> {
            if (update.update().id().equals(id)) {
              found.last = update;
            }
          });
    }
    return Optional.ofNullable(found.last);
  }

  private static final class Found {
    @Nullable LoggedUpdate last;
  }
}
