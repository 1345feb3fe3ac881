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
/// [VerdictFolder] and every publication and rollback in [PublicationLog].
///
/// The log is written first and durably: there is no moment at which a forced generation serves
/// without its reason standing there.
///
/// A rollback is not judged. It is what is left when the house burns: it must not depend on golden
/// users, an engine that starts, or bounds that some incident has made wrong, and what it returns
/// to has passed the gate, or was forced with a reason, and has served. Only that the generation is
/// whole is checked, since a damaged one would serve nobody.
public final class Publications {

  private static final Logger LOG = LoggerFactory.getLogger(Publications.class);

  private final GenerationStore store;
  private final String user;

  /// For whoever runs this process.
  public Publications(GenerationStore store) {
    this(store, System.getProperty("user.name", "unknown"));
  }

  /// @param user who the log says did it
  public Publications(GenerationStore store, String user) {
    this.store = store;
    this.user = user;
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

  /// What a rollback did.
  ///
  /// @param current the generation that serves now
  /// @param left the one that did
  /// @param unlogged why the log doesn't say so; null where it does
  public record Return(String current, String left, @Nullable String unlogged) {}

  /// Makes the generation current that was so before. A log that can't be written is told of and is
  /// no reason to stay.
  ///
  /// @param reason for who reads the log; null for none. Its lines are joined and cut at
  ///     [ForceReason#MAX_LENGTH], never refused
  /// @throws dev.hstu.index.generation.PublicationRefusedException when there is none to return to,
  ///     or another process changed `CURRENT` meanwhile
  /// @throws dev.hstu.index.generation.DamagedGenerationException when it can't be opened
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process publishes
  public Return rollBack(@Nullable String reason) throws IOException {
    Optional<String> from = store.currentId();
    Optional<String> to = store.previousId();
    if (from.isEmpty() || to.isEmpty()) {
      return new Return(store.rollback(), from.orElse("none"), null);
    }
    PublicationEntry entry = returned(from.get(), to.get(), reason);
    @Nullable String unlogged = log(entry);
    try {
      store.rollback(from.get(), to.get());
    } catch (IOException | RuntimeException e) {
      log(entry.failedBecause(String.valueOf(e.getMessage())));
      throw e;
    }
    LOG.warn("{} returned to {} from {}", entry.user(), to.get(), from.get());
    return new Return(to.get(), from.get(), unlogged);
  }

  /// @return why it isn't in the log; null where it is
  private @Nullable String log(PublicationEntry entry) {
    try {
      new PublicationLog(store.root()).append(entry);
      return null;
    } catch (IOException e) {
      LOG.error("the rollback to {} is not in the log", entry.generation(), e);
      return e.toString();
    }
  }

  private PublicationEntry returned(String from, String to, @Nullable String reason) {
    @Nullable String line = reason == null ? null : String.join(" ", reason.strip().split("\\R+"));
    return new PublicationEntry(
        Instant.now().toString(),
        PublicationEntry.Action.ROLLBACK,
        to,
        from,
        user,
        List.of(),
        null,
        line == null || line.isEmpty()
            ? null
            : line.substring(0, Math.min(line.length(), ForceReason.MAX_LENGTH)),
        null);
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

  private PublicationEntry entry(GateVerdict verdict, @Nullable ForceReason reason) {
    List<String> blockedBy = verdict.blocked().stream().map(CheckResult.Blocked::check).toList();
    return new PublicationEntry(
        Instant.now().toString(),
        PublicationEntry.Action.PUBLISH,
        verdict.generation(),
        verdict.live(),
        user,
        blockedBy,
        reason == null ? null : reason.text(),
        null,
        null);
  }
}
