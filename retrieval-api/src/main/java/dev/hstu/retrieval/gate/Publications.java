package dev.hstu.retrieval.gate;

import dev.hstu.index.generation.GenerationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes generations of one store that the gate has judged, keeps each verdict in
/// [VerdictFolder] and every publication in [PublicationLog].
///
/// The log is written first and durably: there is no moment at which a forced generation serves
/// without its reason standing there.
public final class Publications {

  private static final Logger LOG = LoggerFactory.getLogger(Publications.class);

  private final GenerationStore store;

  public Publications(GenerationStore store) {
    this.store = store;
  }

  /// Makes a judged generation the current one.
  ///
  /// @throws PublicationBlockedException when the verdict is against it
  /// @throws OutdatedVerdictException when another generation became current since
  /// @throws dev.hstu.index.generation.DamagedGenerationException when it was damaged since
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process publishes
  public void publish(GateVerdict verdict) throws IOException {
    keep(verdict);
    if (!verdict.passed()) {
      throw new PublicationBlockedException(verdict);
    }
    publish(verdict, null);
  }

  /// Makes a generation the current one whatever the verdict says, and logs why. One that can't be
  /// opened stays out even so, since no server could open it either.
  ///
  /// @throws OutdatedVerdictException when another generation became current since
  /// @throws dev.hstu.index.generation.DamagedGenerationException when it can't be opened
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process publishes
  public void force(GateVerdict verdict, ForceReason reason) throws IOException {
    keep(verdict);
    publish(verdict, reason);
  }

  /// Keeps a verdict without publishing, as one that blocks.
  public void keep(GateVerdict verdict) throws IOException {
    if (Files.isDirectory(store.root())) {
      new VerdictFolder(store.root()).keep(verdict);
    }
  }

  private void publish(GateVerdict verdict, @Nullable ForceReason reason) throws IOException {
    Optional<String> current = PublishGate.currentId(store);
    if (!current.equals(Optional.ofNullable(verdict.live()))) {
      throw new OutdatedVerdictException(verdict, current.orElse("none"));
    }
    PublicationLog log = new PublicationLog(store.root());
    PublicationEntry entry = entry(verdict, reason);
    log.append(entry);
    try {
      store.publish(verdict.generation());
    } catch (IOException | RuntimeException e) {
      log.append(entry.failedBecause(String.valueOf(e.getMessage())));
      throw e;
    }
    if (reason == null) {
      LOG.info("published {}", verdict.generation());
    } else {
      LOG.warn(
          "{} forced the publication of {}, which is blocked by {}: {}",
          entry.user(),
          verdict.generation(),
          entry.blockedBy(),
          reason.text());
    }
  }

  private static PublicationEntry entry(GateVerdict verdict, @Nullable ForceReason reason) {
    List<String> blockedBy = verdict.blocked().stream().map(CheckResult.Blocked::check).toList();
    return new PublicationEntry(
        Instant.now().toString(),
        verdict.generation(),
        verdict.live(),
        System.getProperty("user.name", "unknown"),
        blockedBy,
        reason == null ? null : reason.text(),
        null);
  }
}
