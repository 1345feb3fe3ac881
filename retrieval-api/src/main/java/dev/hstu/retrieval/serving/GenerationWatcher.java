package dev.hstu.retrieval.serving;

import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.cpu.CompilingTime;
import dev.hstu.retrieval.cache.RetrievalCaches;
import dev.hstu.retrieval.config.GenerationSettings;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.tier.EmbeddingSources;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows `CURRENT`: opens what it names and, only once that is verified and warmed, swaps it in.
/// What cannot be opened leaves the one before serving, is remembered for the health page, and is
/// tried again after a while, since opening reads every file.
@Singleton
public final class GenerationWatcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(GenerationWatcher.class);

  /// Stands for the generation's id when not even the pointer could be read.
  private static final String POINTER = "CURRENT";

  private final ServiceConfiguration configuration;
  private final NamedSets sets;
  private final SharedUpdateLog updates;
  private final RetrievalCaches caches;
  private final EmbeddingSources sources;
  private final GenerationSwitch generations;
  private final ServiceMetrics metrics;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          // Opening a generation takes seconds of computing, beside requests that take none.
          BackgroundThreads.factory("generation-watcher"));
  private final CompletableFuture<LiveGeneration> first = new CompletableFuture<>();
  private volatile Published published = new Published.None();

  /// Only the watcher's thread uses it.
  private final CompilingTime compiling = new CompilingTime();

  /// What was refused since something was last served or taken up, so that a poll or a retry that
  /// meets the same failure is neither logged nor counted again. Only the watcher's thread uses it.
  private Published.@Nullable Refused lastRefusal;

  public GenerationWatcher(
      ServiceConfiguration configuration,
      NamedSets sets,
      SharedUpdateLog updates,
      RetrievalCaches caches,
      EmbeddingSources sources,
      GenerationSwitch generations,
      ServiceMetrics metrics) {
    this.configuration = configuration;
    this.sets = sets;
    this.updates = updates;
    this.caches = caches;
    this.sources = sources;
    this.generations = generations;
    this.metrics = metrics;
  }

  /// Begins to watch, on a thread of its own.
  void start() {
    ScheduledFuture<?> _ =
        thread.scheduleWithFixedDelay(
            this::look, 0, settings().pollMillis(), TimeUnit.MILLISECONDS);
  }

  /// Completes when the first generation serves.
  CompletableFuture<LiveGeneration> first() {
    return first.copy();
  }

  /// What has become of the published generation, as of the last look.
  public Published published() {
    return published;
  }

  /// Looks no more. An open under way runs to its end: an interrupt would damage its channels.
  @Override
  public void close() {
    thread.shutdown();
  }

  /// Waits, after the close, for an open under way.
  ///
  /// @return false where the time ran out first
  boolean awaitEnd(Duration patience) throws InterruptedException {
    return thread.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// One look at `CURRENT`. Never throws, not even when memory is short: a scheduled task that
  /// throws is never run again, and the next publish would go unnoticed.
  void look() {
    String id = POINTER;
    try {
      GenerationStore store = GenerationStore.at(settings().folder());
      Optional<String> current = store.currentId();
      if (current.isPresent()) {
        id = current.get();
        takeUp(store, id);
      } else if (generations.current().isEmpty()) {
        published = new Published.None();
      }
      compiling.look();
    } catch (IOException | RuntimeException | Error e) {
      refuse(id, e);
    }
  }

  private void takeUp(GenerationStore store, String id) throws IOException {
    if (generations.current().map(live -> live.manifest().id().equals(id)).orElse(false)) {
      serves(id);
    } else if (!wasJustRefused(id)) {
      published = new Published.Opening(id);
      // Before the first there are no requests, and everybody waits for it.
      BackgroundThreads.setResting(generations.current().isPresent());
      long start = System.nanoTime();
      LiveGeneration next =
          LiveGeneration.open(store, id, configuration, sets, updates, caches, sources);
      // Before the swap: whoever sees it serve finds it in the metrics.
      metrics.serving(next);
      generations.swapTo(next);
      serves(id);
      LOG.info(
          "serving generation {}: {} items, engine {}, opened in {} ms",
          id,
          next.manifest().items(),
          next.engine(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      if (first.complete(next)) {
        compiling.begin();
      }
    }
  }

  private boolean wasJustRefused(String id) {
    return published instanceof Published.Refused refused
        && refused.id().equals(id)
        && Duration.between(refused.at(), Instant.now()).toSeconds() < settings().retrySeconds();
  }

  private void refuse(String id, Throwable failure) {
    String reason = String.valueOf(failure.getMessage());
    Published.Refused refusal = new Published.Refused(id, reason, Instant.now());
    if (!refusal.isSameAs(lastRefusal)) {
      LOG.error("generation {} cannot be taken up: {}", id, reason);
      LOG.debug("where", failure);
      metrics.refused();
    }
    lastRefusal = refusal;
    published = refusal;
  }

  private void serves(String id) {
    published = new Published.Serving(id);
    lastRefusal = null;
  }

  private GenerationSettings settings() {
    return configuration.generations();
  }
}
