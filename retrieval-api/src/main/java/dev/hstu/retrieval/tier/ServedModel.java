package dev.hstu.retrieval.tier;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.retrieval.retrieve.EmbeddingSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;

/// A model that an encoder process has open, with the engine that computes it.
final class ServedModel implements AutoCloseable {

  private static final long SEED = 20_240_227;

  private final OpenModel folder;
  private final OpenEmbeddings embeddings;

  private ServedModel(OpenModel folder, OpenEmbeddings embeddings) {
    this.folder = folder;
    this.embeddings = embeddings;
  }

  /// Opens and warms a model.
  ///
  /// @param engine gives the model's embeddings, owned by what this returns
  /// @param warmUpQueries histories encoded before it returns
  static ServedModel open(Path path, Function<Model, OpenEmbeddings> engine, int warmUpQueries)
      throws IOException {
    OpenModel folder = ModelFolder.open(path);
    try {
      ServedModel model = new ServedModel(folder, engine.apply(folder.model()));
      model.warmUp(warmUpQueries);
      return model;
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  String fingerprint() {
    return folder.model().fingerprint();
  }

  OpenEmbeddings embeddings() {
    return embeddings;
  }

  int dimension() {
    return embeddings.config().embeddingDim();
  }

  private void warmUp(int queries) {
    Random random = new Random(SEED);
    List<UserHistory> histories = new ArrayList<>();
    for (int i = 0; i < queries; i++) {
      int events = 1 + random.nextInt(embeddings.config().maxEvents());
      histories.add(
          new UserHistory(
              random.ints(events, 1, embeddings.config().items() + 1).toArray(),
              LongStream.range(0, events).map(event -> 3600 * event).toArray(),
              3600L * events));
    }
    for (UserHistory history : histories) {
      HistoryBatch batch = HistoryBatch.of(List.of(history), embeddings.config().window());
      embeddings.embed(batch, System.nanoTime() + EmbeddingSource.FOREVER_NANOS).join();
    }
  }

  /// Answers what was taken and closes engine and model.
  @Override
  public void close() {
    embeddings.close();
    folder.close();
  }
}
