package dev.hstu.retrieval.serving;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.live.LiveIndex;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.index.search.SearchPlan;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepCosts;
import dev.hstu.retrieval.cache.RetrievalCaches;
import dev.hstu.retrieval.config.LadderSettings;
import dev.hstu.retrieval.config.RetrievalSettings;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.explain.Explainer;
import dev.hstu.retrieval.explain.UpdateTrail;
import dev.hstu.retrieval.retrieve.CachedRetriever;
import dev.hstu.retrieval.retrieve.EmbeddingSource;
import dev.hstu.retrieval.retrieve.ItemSource;
import dev.hstu.retrieval.retrieve.PopularItems;
import dev.hstu.retrieval.retrieve.Retriever;
import dev.hstu.retrieval.tier.EmbeddingSources;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One generation, opened: encoder, index, ids and popularity together, so that a request can never
/// mix two. Counts who uses it, and closes itself when it is retired and the last user has left.
public final class LiveGeneration {

  private static final Logger LOG = LoggerFactory.getLogger(LiveGeneration.class);

  private final GenerationManifest manifest;
  private final Model model;
  private final EmbeddingSource embeddings;
  private final Retriever retriever;
  private final CachedRetriever cachedRetriever;
  private final StepCosts costs;
  private final Explainer explainer;
  private final FilterCompiler filters;
  private final @Nullable LiveIndex live;
  private final OwnedResources resources;
  private final Instant openedAt = Instant.now();

  /// Leases given out, and one for the switch that serves this generation; 0 means closed.
  private final AtomicInteger holds = new AtomicInteger(1);

  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private LiveGeneration(
      GenerationManifest manifest,
      Model model,
      EmbeddingSource embeddings,
      Retriever retriever,
      CachedRetriever cachedRetriever,
      StepCosts costs,
      Explainer explainer,
      FilterCompiler filters,
      @Nullable LiveIndex live,
      OwnedResources resources) {
    this.manifest = manifest;
    this.model = model;
    this.embeddings = embeddings;
    this.retriever = retriever;
    this.cachedRetriever = cachedRetriever;
    this.costs = costs;
    this.explainer = explainer;
    this.filters = filters;
    this.live = live;
    this.resources = resources;
  }

  /// Opens, verifies and warms a generation. Reads every file of it.
  ///
  /// @throws IOException naming the file that is damaged, or both fingerprints when the vectors
  ///     come from another model than the one beside them; or saying what of it doesn't fit into
  ///     `serving.ram`
  static LiveGeneration open(
      GenerationStore store,
      String id,
      ServiceConfiguration configuration,
      NamedSets sets,
      SharedUpdateLog updates,
      RetrievalCaches caches,
      EmbeddingSources sources)
      throws IOException {
    OwnedResources resources = new OwnedResources();
    try {
      return open(resources, store, id, configuration, sets, updates, caches, sources);
    } catch (IOException | RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  private static LiveGeneration open(
      OwnedResources resources,
      GenerationStore store,
      String id,
      ServiceConfiguration configuration,
      NamedSets sets,
      SharedUpdateLog updates,
      RetrievalCaches caches,
      EmbeddingSources sources)
      throws IOException {
    ServingBudget.of(configuration).require(store.manifest(id));
    Generation generation =
        resources.own(store.open(id, configuration.generations().parallelShards()));
    // The store has just checked every file of it.
    OpenModel folder = resources.own(ModelFolder.openChecked(generation.modelFolder()));
    Model model = folder.model();
    generation.requireModel(model.fingerprint());
    EmbeddingSource embeddings = resources.own(sources.open(model));
    RetrievalSettings settings = configuration.retrieval();
    FilterCompiler filters = FilterCompiler.of(generation.catalog(), sets);
    filters.resolveSets();
    Optional<UpdateLog> log = updates.open();
    @Nullable LiveIndex live = null;
    if (log.isPresent()) {
      // Replays what the generation hasn't taken in before it can be swapped in.
      live = resources.own(LiveIndex.open(generation, log.get(), configuration.updates().live()));
    }
    Retriever retriever =
        new Retriever(
            embeddings,
            model.vocabulary(),
            live == null ? ItemSource.of(generation) : ItemSource.of(live),
            filters,
            PopularItems.of(generation.popularity(), settings.popularItems()),
            generation
                .manifest()
                .index()
                .search()
                .options(SearchPlan.AUTO, settings.searchBeam(), settings.searchRecall()));
    WarmUp.run(retriever, model, configuration.generations().warmUpQueries());
    CachedRetriever cached =
        new CachedRetriever(
            retriever,
            sets,
            resources.own(
                caches.open(model.fingerprint(), model.config().readsTimes(), generation.id())),
            configuration.ladder().parameters());
    StepCosts costs =
        StepCosts.read(generation.manifest().evaluation(), configuration.ladder().parameters());
    warnOfUnknownCosts(generation.id(), costs, configuration.ladder());
    Explainer explainer =
        new Explainer(
            retriever,
            generation.vectors(),
            model.fingerprint(),
            UpdateTrail.in(configuration.generations().folder().resolve(UpdateLog.FOLDER)),
            configuration.explain().maxEvents());
    return new LiveGeneration(
        generation.manifest(),
        model,
        embeddings,
        retriever,
        cached,
        costs,
        explainer,
        filters,
        live,
        resources);
  }

  public GenerationManifest manifest() {
    return manifest;
  }

  private static void warnOfUnknownCosts(String id, StepCosts costs, LadderSettings ladder) {
    List<QualityStep> unknown = costs.unknownOf(ladder.steps());
    if (!unknown.isEmpty()) {
      LOG.warn(
          "generation {} was measured with other ladder.* than this service has: answers at {} don't"
              + " say what that costs; build with --ladder",
          id,
          unknown.stream().map(QualityStep::label).toList());
    }
  }

  /// The model beside the index; its clock says what times mean.
  public Model model() {
    return model;
  }

  /// What computes every answer.
  public Retriever retriever() {
    return retriever;
  }

  /// What computes only what isn't kept from another request.
  public CachedRetriever cachedRetriever() {
    return cachedRetriever;
  }

  /// What cheaper answers cost, as the build measured it.
  public StepCosts costs() {
    return costs;
  }

  /// What says why.
  public Explainer explainer() {
    return explainer;
  }

  /// What takes updates of this generation's items; empty where updates are switched off.
  public Optional<LiveIndex> live() {
    return Optional.ofNullable(live);
  }

  /// Makes the bitmaps of sets registered since, so that no request waits for one.
  public void resolveSets() {
    filters.resolveSets();
  }

  /// The engine that encodes, in its own words.
  public String engine() {
    return embeddings.engine();
  }

  /// Grows with every update of an item, [dev.hstu.index.live.LiveSnapshot#version]; 0 where items
  /// don't change.
  public long itemsVersion() {
    return live == null ? 0 : live.snapshot().version();
  }

  public Instant openedAt() {
    return openedAt;
  }

  /// Takes a hold.
  ///
  /// @return false when this generation is closed already
  boolean acquire() {
    int count = holds.get();
    while (count > 0) {
      if (holds.compareAndSet(count, count + 1)) {
        return true;
      }
      count = holds.get();
    }
    return false;
  }

  /// Gives a hold back; the last one closes.
  void release() {
    if (holds.decrementAndGet() == 0) {
      // Unmapping and freeing native memory takes a while, and the last to leave is a request.
      BackgroundThreads.factory("close-generation").newThread(this::close).start();
    }
  }

  /// Completes when everything that it held is closed.
  CompletableFuture<Void> closed() {
    return closed.copy();
  }

  /// Whether everything has been given back and closed, or is about to be.
  boolean isClosed() {
    return holds.get() == 0;
  }

  private void close() {
    try {
      resources.close();
      LOG.info("closed generation {}", manifest.id());
    } catch (IllegalStateException e) {
      LOG.warn("generation {} did not close cleanly", manifest.id(), e);
    } finally {
      closed.complete(null);
    }
  }
}
