package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.config.GenerationSettings;
import dev.hstu.retrieval.tier.EmbeddingSources;
import jakarta.inject.Singleton;

/// Whether this process should be sent requests, and why not. Readiness goes first when it stops.
@Singleton
public final class ServiceState {

  private final GenerationSwitch generations;
  private final GenerationWatcher watcher;
  private final EmbeddingSources sources;
  private final GenerationSettings settings;
  private volatile boolean stopping;

  public ServiceState(
      GenerationSwitch generations,
      GenerationWatcher watcher,
      EmbeddingSources sources,
      GenerationSettings settings) {
    this.generations = generations;
    this.watcher = watcher;
    this.sources = sources;
    this.settings = settings;
  }

  public Readiness readiness() {
    if (stopping) {
      return new Readiness.Stopping();
    }
    return generations
        .current()
        .map(this::encodable)
        .orElseGet(() -> new Readiness.NotReady(whyNone()));
  }

  private Readiness encodable(LiveGeneration live) {
    return sources
        .whyNone(live.manifest().modelFingerprint())
        .<Readiness>map(reason -> new Readiness.NotReady("no encoder answers: " + reason))
        .orElseGet(() -> new Readiness.Ready(live));
  }

  /// From now on the answer is [Readiness.Stopping].
  void stop() {
    stopping = true;
  }

  private String whyNone() {
    return switch (watcher.published()) {
      case Published.None() ->
          "no generation published in %s; run hstu publish".formatted(settings.folder());
      case Published.Opening(String id) ->
          "generation %s is being opened, verified and warmed; wait".formatted(id);
      case Published.Serving(String id) -> "generation %s is being swapped in; wait".formatted(id);
      case Published.Refused(String id, String reason, _) ->
          "generation %s cannot be opened: %s; publish another one".formatted(id, reason);
    };
  }
}
