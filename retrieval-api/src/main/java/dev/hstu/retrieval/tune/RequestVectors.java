package dev.hstu.retrieval.tune;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.tune.RowSample;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import dev.hstu.retrieval.evaluate.RowMapping;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// The vectors that requests search with: users of a log, encoded as of their last event.
final class RequestVectors {

  private static final int BATCH_USERS = 64;

  private RequestVectors() {}

  /// Encodes some users; those of whom the model knows no event are left out.
  ///
  /// @param most users drawn, at least 1
  /// @param seed of the draw
  /// @return float `[dimension]` each
  static List<float[]> of(
      PreparedData data, Path modelFolder, EngineChoice engine, int most, long seed)
      throws IOException {
    try (OpenModel open = ModelFolder.open(modelFolder);
        UserEncoder encoder = Encoder.open(open.model(), engine)) {
      List<UserHistory> histories = histories(data, open.model(), most, seed);
      List<float[]> vectors = new ArrayList<>(histories.size());
      for (int first = 0; first < histories.size(); first += BATCH_USERS) {
        int end = Math.min(first + BATCH_USERS, histories.size());
        encode(encoder, histories.subList(first, end), vectors);
      }
      return vectors;
    }
  }

  private static List<UserHistory> histories(PreparedData data, Model model, int most, long seed) {
    LeaveOneOut requests = new LeaveOneOut(data.log(), LeaveOneOut.Target.TEST);
    RowMapping rows = RowMapping.between(data.items(), data.log(), model);
    List<UserHistory> histories = new ArrayList<>();
    for (int drawn : RowSample.of(requests.cases(), most, new SplittableRandom(seed))) {
      UserHistory history = rows.map(requests.history(drawn));
      if (history.length() > 0) {
        histories.add(history);
      }
    }
    return histories;
  }

  private static void encode(UserEncoder encoder, List<UserHistory> users, List<float[]> vectors) {
    HistoryWindow window = encoder.config().window();
    int dimension = encoder.config().embeddingDim();
    float[] embeddings = new float[users.size() * dimension];
    encoder.encode(HistoryBatch.of(users, window), embeddings);
    for (int i = 0; i < users.size(); i++) {
      vectors.add(Arrays.copyOfRange(embeddings, i * dimension, (i + 1) * dimension));
    }
  }
}
