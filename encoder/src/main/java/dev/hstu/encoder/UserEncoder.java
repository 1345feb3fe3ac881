package dev.hstu.encoder;

import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;
import java.util.List;

/// Turns histories and request times into user embeddings: the final position of the model,
/// L2-normalised (HSTU.md, "Forward", step 3). Safe for use by several threads.
public interface UserEncoder extends AutoCloseable {

  /// Which engine runs, for health pages and logs, e.g. `djl pytorch-2.7.1 cpu float32`.
  String engine();

  ModelConfig config();

  /// Encodes a batch.
  ///
  /// @param batch item rows within `1..V`, kept windows only, any number of users including none
  /// @param target float[≥ B·D], written row-major, owned by the caller
  /// @throws IllegalArgumentException when an item row is outside `1..V`, a window is longer than
  ///     `Nmax` or `target` is too short
  void encode(HistoryBatch batch, float[] target);

  /// Encodes whole histories, cutting each to the model's window; one float[D] per history.
  default float[][] encode(List<UserHistory> histories) {
    int d = config().embeddingDim();
    float[] flat = new float[histories.size() * d];
    encode(HistoryBatch.of(histories, config().window()), flat);
    float[][] rows = new float[histories.size()][];
    for (int b = 0; b < rows.length; b++) {
      rows[b] = Arrays.copyOfRange(flat, b * d, (b + 1) * d);
    }
    return rows;
  }

  @Override
  void close();
}
