package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.live.LiveSettings;
import dev.hstu.index.live.LiveSnapshot;
import dev.hstu.index.live.ReplayedIndex;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.retrieval.config.RetrievalSettings;
import dev.hstu.retrieval.explain.Explainer;
import dev.hstu.retrieval.explain.UpdateTrail;
import dev.hstu.retrieval.retrieve.CurrentItems;
import dev.hstu.retrieval.retrieve.EmbeddingSource;
import dev.hstu.retrieval.retrieve.ItemSource;
import dev.hstu.retrieval.retrieve.PopularItems;
import dev.hstu.retrieval.retrieve.Retriever;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// A generation opened to be asked why, without a server: as one would serve it, with the updates
/// that are durable now and the sets that are registered. Writes nothing beside the generations.
final class ExplainedGeneration implements AutoCloseable {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Generation generation;
  private final OpenModel model;
  private final EmbeddingSource embeddings;
  private final Explainer explainer;

  private ExplainedGeneration(
      GenerationStore store,
      String id,
      EngineChoice engine,
      RetrievalSettings settings,
      boolean withUpdates,
      int maxEvents)
      throws IOException {
    try {
      generation = own(store.open(id));
      model = own(ModelFolder.open(generation.modelFolder()));
      generation.requireModel(model.model().fingerprint());
      UserEncoder encoder = own(Encoder.open(model.model(), engine));
      embeddings = EmbeddingSource.of(encoder);
      Path updates = store.root().resolve(UpdateLog.FOLDER);
      ItemSource source =
          withUpdates && Files.isDirectory(updates) ? replayed(updates) : ItemSource.of(generation);
      Retriever retriever =
          new Retriever(
              embeddings,
              model.model().vocabulary(),
              source,
              FilterCompiler.of(generation.catalog(), sets(store)),
              PopularItems.of(generation.popularity(), settings.popularItems()),
              generation.searchOptions());
      explainer =
          new Explainer(
              retriever,
              generation.vectors(),
              model.model().fingerprint(),
              UpdateTrail.in(updates),
              maxEvents);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /// Opens one.
  ///
  /// @param settings a service's
  /// @param withUpdates whether as a server with `updates.enabled` serves it
  /// @param maxEvents whose contributions are computed
  static ExplainedGeneration open(
      GenerationStore store,
      String id,
      EngineChoice engine,
      RetrievalSettings settings,
      boolean withUpdates,
      int maxEvents)
      throws IOException {
    return new ExplainedGeneration(store, id, engine, settings, withUpdates, maxEvents);
  }

  Generation generation() {
    return generation;
  }

  OpenModel model() {
    return model;
  }

  /// The engine that encodes, in its own words.
  String engine() {
    return embeddings.engine();
  }

  Explainer explainer() {
    return explainer;
  }

  private ItemSource replayed(Path updates) throws IOException {
    ReplayedIndex replayed =
        own(
            ReplayedIndex.open(
                generation,
                updates,
                LiveSettings.DEFAULT,
                Files.createTempDirectory("hstu-explain")));
    LiveSnapshot now = replayed.snapshot();
    CurrentItems items = new CurrentItems(now.index(), now.items(), now.live(), now.version());
    return () -> items;
  }

  /// The registered sets, perhaps none.
  private static NamedSets sets(GenerationStore store) throws IOException {
    return NamedSets.open(store.root().resolve(NamedSets.FOLDER));
  }

  private <T extends AutoCloseable> T own(T resource) {
    opened.push(resource);
    return resource;
  }

  @Override
  public void close() throws IOException {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
