package dev.hstu.retrieval.serving;

import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.gate.ForceReason;
import dev.hstu.retrieval.gate.GatedPublication;
import dev.hstu.retrieval.gate.Publications;
import dev.hstu.retrieval.gate.PublishGate;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Publications and rollbacks that callers of the service ask for, one at a time and each on a
/// thread of its own: a gate reads every byte of two generations and asks a thousand golden users.
/// What is published serves once [GenerationWatcher] has opened it, as if it had been published
/// from the command line.
///
/// A stop of the service waits for one only as long as [RunningService] says: `CURRENT` changes by
/// one rename, so the next start finds it done or not.
@Singleton
public final class PublicationRuns {

  private final ServiceConfiguration configuration;
  private final AtomicReference<@Nullable Run> running = new AtomicReference<>();

  /// Of the run that was begun last.
  private volatile @Nullable Thread thread;

  public PublicationRuns(ServiceConfiguration configuration) {
    this.configuration = configuration;
  }

  /// Whether something was begun.
  ///
  /// @param <T> what it ends with
  public sealed interface Begun<T> {

    /// It runs.
    ///
    /// @param ended completes with the outcome, or with what [GatedPublication] or [Publications]
    ///     throws
    record Started<T>(UnderWay run, CompletableFuture<T> ended) implements Begun<T> {}

    /// Something else runs; nothing was begun.
    record Busy<T>(UnderWay run) implements Begun<T> {}
  }

  /// A publication or rollback that runs.
  ///
  /// @param generation to be published; null of a rollback
  /// @param askedUsers golden users asked so far, those of the live generation too
  public record UnderWay(@Nullable String generation, Instant since, long askedUsers) {}

  /// What runs now, if anything.
  public Optional<UnderWay> underWay() {
    return Optional.ofNullable(running.get()).map(Run::state);
  }

  /// Judges a generation and publishes it as far as the gate lets or the reason makes it. Ends with
  /// an [dev.hstu.index.memory.InsufficientMemoryException] where the gate would take more than
  /// `serving.ram`.
  ///
  /// @param user who the log says did it
  /// @param reason to publish a blocked one; null for none
  public Begun<GatedPublication.Outcome> publish(
      String generation, String user, @Nullable ForceReason reason) {
    GenerationStore store = store();
    PublishGate gate =
        new PublishGate(
            configuration.gate(),
            configuration.encoder().choice(),
            configuration.generations().gateThreads());
    GatedPublication publication = new GatedPublication(store, gate, new Publications(store, user));
    return begin(
        new Run(generation),
        run -> {
          requireMemory(store, generation);
          return publication.publish(publication.judge(generation, null, run::asked), reason);
        });
  }

  /// A generation whose manifest can't be read isn't opened: the gate says what is wrong with it.
  private void requireMemory(GenerationStore store, String generation) throws IOException {
    Optional<GenerationManifest> judged = manifest(store, generation);
    if (judged.isPresent()) {
      ServingBudget.of(configuration).requireJudging(judged.get(), live(store));
    }
  }

  private static Optional<GenerationManifest> live(GenerationStore store) throws IOException {
    try {
      Optional<String> current = store.currentId();
      return current.isEmpty() ? Optional.empty() : manifest(store, current.get());
    } catch (DamagedFileException e) {
      return Optional.empty(); // as the gate takes it: a publication writes the pointer anew
    }
  }

  private static Optional<GenerationManifest> manifest(GenerationStore store, String generation)
      throws IOException {
    try {
      return Optional.of(store.manifest(generation));
    } catch (DamagedGenerationException e) {
      return Optional.empty();
    }
  }

  /// Makes the generation current that was so before.
  ///
  /// @param user who the log says did it
  /// @param reason for who reads the log; null for none
  public Begun<Publications.Return> rollBack(String user, @Nullable String reason) {
    Publications publications = new Publications(store(), user);
    return begin(new Run(null), _ -> publications.rollBack(reason));
  }

  /// Waits for what runs, where something does. Nothing may be begun any more.
  ///
  /// @return false where the time ran out first
  boolean awaitEnd(Duration patience) throws InterruptedException {
    @Nullable Thread last = thread;
    return last == null || last.join(patience);
  }

  private GenerationStore store() {
    return GenerationStore.at(configuration.generations().folder());
  }

  private <T> Begun<T> begin(Run run, Work<T> work) {
    @Nullable Run other = running.compareAndExchange(null, run);
    if (other != null) {
      return new Begun.Busy<>(other.state());
    }
    CompletableFuture<T> ended = new CompletableFuture<>();
    // Seconds of computing, beside requests that take none; nobody waits for it but who asked.
    Thread publication =
        BackgroundThreads.factory("publication").newThread(() -> end(run, work, ended));
    publication.start();
    thread = publication;
    return new Begun.Started<>(run.state(), ended);
  }

  /// Another may begin before the outcome is told.
  private <T> void end(Run run, Work<T> work, CompletableFuture<T> ended) {
    try {
      T outcome = work.of(run);
      running.set(null);
      ended.complete(outcome);
    } catch (Throwable failure) {
      running.set(null);
      ended.completeExceptionally(failure);
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T of(Run run) throws IOException;
  }

  private static final class Run {

    private final @Nullable String generation;
    private final Instant since = Instant.now();
    private volatile long asked;

    Run(@Nullable String generation) {
      this.generation = generation;
    }

    void asked(long users) {
      asked = users;
    }

    UnderWay state() {
      return new UnderWay(generation, since, asked);
    }
  }
}
