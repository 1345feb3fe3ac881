package dev.hstu.retrieval.serving;

import dev.hstu.index.live.LogSettings;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.retrieval.config.ServiceConfiguration;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one log of item updates of this process, which every generation it opens follows. Opened
/// with the first of them and kept until the process stops, so that updates go on across a swap.
@Singleton
public final class SharedUpdateLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SharedUpdateLog.class);

  private final ServiceConfiguration configuration;
  private @Nullable UpdateLog log;
  private boolean closed;

  public SharedUpdateLog(ServiceConfiguration configuration) {
    this.configuration = configuration;
  }

  /// The log, opened where it isn't yet; empty where updates are switched off.
  ///
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process writes to it
  /// @throws IOException after the close too: nobody would close it again
  synchronized Optional<UpdateLog> open() throws IOException {
    if (!configuration.updates().enabled()) {
      return Optional.empty();
    }
    if (closed) {
      throw new IOException("the log of item updates is closed: the service stops");
    }
    if (log == null) {
      log =
          UpdateLog.open(
              configuration.generations().folder().resolve(UpdateLog.FOLDER), LogSettings.DEFAULT);
    }
    return Optional.of(log);
  }

  /// Sequence number of the last durable update; 0 where there is no log.
  synchronized long lastSequence() {
    return log == null ? 0 : log.lastSequence();
  }

  /// Makes what waits durable and takes nothing more.
  @Override
  public synchronized void close() {
    closed = true;
    if (log != null) {
      try {
        log.close();
      } catch (IOException e) {
        LOG.warn("the update log did not close cleanly", e);
      }
      log = null;
    }
  }
}
