package dev.hstu.retrieval.tier;

import dev.hstu.encoder.model.Model;
import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.cpu.CompilingTime;
import dev.hstu.retrieval.config.ServiceConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The models an encoder process serves: one folder's, or that of the published generation and,
/// since services take a new generation up one after another, the one before it. Two at most; the
/// third closes when a new one has come.
final class ServedModels implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServedModels.class);

  private final ServiceConfiguration configuration;
  private final Function<Model, OpenEmbeddings> engine;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("model-watcher").factory());

  /// The newest first.
  private volatile List<ServedModel> models = List.of();

  private volatile String missing = "the model is being opened; wait";

  // Only the watcher's thread uses these.
  private @Nullable String generation;
  private @Nullable String refused;
  private boolean closed;
  private final CompilingTime compiling = new CompilingTime();

  ServedModels(ServiceConfiguration configuration, Function<Model, OpenEmbeddings> engine) {
    this.configuration = configuration;
    this.engine = engine;
  }

  /// Begins to open and, without a folder of its own, to follow what is published.
  void start() {
    ScheduledFuture<?> _ =
        watcher.scheduleWithFixedDelay(
            this::look, 0, configuration.generations().pollMillis(), TimeUnit.MILLISECONDS);
  }

  Optional<ServedModel> find(String fingerprint) {
    for (ServedModel model : models) {
      if (model.fingerprint().equals(fingerprint)) {
        return Optional.of(model);
      }
    }
    return Optional.empty();
  }

  /// The newest first, 2 at most.
  List<ServedModel> all() {
    return models;
  }

  /// Why there is none.
  String missing() {
    return missing;
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    try {
      Optional<Path> folder = configuration.encoderServer().model();
      if (folder.isPresent()) {
        if (models.isEmpty()) {
          takeUp(open(folder.get()));
        }
      } else {
        follow();
      }
      compiling.look();
    } catch (IOException | RuntimeException | Error e) {
      missing = String.valueOf(e.getMessage());
      if (!missing.equals(refused)) {
        LOG.error("a model cannot be taken up: {}", missing);
        LOG.debug("where", e);
      }
      refused = missing;
    }
  }

  private void follow() throws IOException {
    GenerationStore store = GenerationStore.at(configuration.generations().folder());
    Optional<String> current = store.currentId();
    if (current.isEmpty()) {
      missing =
          "no generation published in %s; run hstu publish"
              .formatted(configuration.generations().folder());
      return;
    }
    String id = current.get();
    if (id.equals(generation)) {
      return;
    }
    String fingerprint = store.manifest(id).modelFingerprint();
    Optional<ServedModel> known = find(fingerprint);
    takeUp(
        known.isPresent()
            ? known.get()
            : open(store.root().resolve(id).resolve(GenerationLayout.MODEL)));
    generation = id;
    LOG.info("follows generation {} with model {}", id, fingerprint);
  }

  private ServedModel open(Path folder) throws IOException {
    return ServedModel.open(folder, engine, configuration.generations().warmUpQueries());
  }

  private void takeUp(ServedModel newest) {
    List<ServedModel> before = models;
    List<ServedModel> after =
        Stream.concat(Stream.of(newest), before.stream().filter(model -> model != newest))
            .limit(2)
            .toList();
    models = after;
    refused = null;
    compiling.begin();
    LOG.info(
        "serves models {} on {}",
        after.stream().map(ServedModel::fingerprint).toList(),
        newest.embeddings().engine());
    before.stream().filter(model -> !after.contains(model)).forEach(ServedModel::close);
  }

  /// Answers what was taken and closes all models.
  @Override
  public void close() {
    watcher.shutdown();
    synchronized (this) {
      closed = true;
      models.forEach(ServedModel::close);
      models = List.of();
    }
  }
}
