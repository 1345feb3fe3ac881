package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.config.UserSettings;
import dev.hstu.retrieval.users.UserStore;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The store of users of this process, opened before it listens and kept until it stops.
///
/// @param store empty where none is configured
public record StoredUsers(Optional<UserStore> store) implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoredUsers.class);

  /// Opens the store that is configured, if one is.
  static StoredUsers open(UserSettings settings) throws IOException {
    return new StoredUsers(
        settings.folder().isPresent() ? Optional.of(UserStore.open(settings)) : Optional.empty());
  }

  /// Makes what waits durable and takes nothing more.
  @Override
  public void close() {
    if (store.isPresent()) {
      try {
        store.get().close();
      } catch (IOException e) {
        LOG.warn("the store of users did not close cleanly", e);
      }
    }
  }
}
