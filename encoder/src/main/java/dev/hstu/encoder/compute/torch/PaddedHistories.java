package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.sequence.HistoryBatch;

/// Some users of a batch, padded at their ends to the longest of them.
///
/// @param users positions in `batch`; the first is the longest
/// @param features of the model
/// @param weights of the model
record PaddedHistories(
    HistoryBatch batch, int[] users, ModelFeatures features, ModelWeights weights) {

  /// `L`, events of the longest.
  int length() {
    return batch.length(users[0]);
  }

  /// Rows of `E`, float32 `(B, L, D)`, plus those of the actions where the model has them, gathered
  /// here so that the item table, which may be a mapped file larger than memory, is never copied to
  /// the device.
  NDArray rows(NDManager memory, int d) {
    float[] rows = new float[users.length * length() * d];
    for (int b = 0; b < users.length; b++) {
      int start = batch.offsets()[users[b]];
      for (int i = 0; i < batch.length(users[b]); i++) {
        weights.copyToken(batch.items()[start + i], d, rows, (b * length() + i) * d);
        addAction(start + i, rows, (b * length() + i) * d, d);
      }
    }
    return memory.create(rows, new Shape(users.length, length(), d));
  }

  private void addAction(int event, float[] rows, int to, int d) {
    float[] table = weights.actionEmbeddings();
    if (table.length == 0) {
      return;
    }
    int row = batch.actions().length == 0 ? 0 : features.actionRow(batch.actions()[event]);
    for (int c = 0; c < d; c++) {
      rows[to + c] += table[row * d + c];
    }
  }

  /// Seconds, int64 `(B, L+1)`; the slot after the last event holds the request time.
  NDArray times(NDManager memory) {
    int slots = length() + 1;
    long[] times = new long[users.length * slots];
    for (int b = 0; b < users.length; b++) {
      int events = batch.length(users[b]);
      System.arraycopy(batch.times(), batch.offsets()[users[b]], times, b * slots, events);
      for (int i = events; i < slots; i++) {
        times[b * slots + i] = batch.requestTimes()[users[b]];
      }
    }
    return memory.create(times, new Shape(users.length, slots));
  }

  /// Index of each user's last event, int64 `(B)`.
  NDArray last(NDManager memory) {
    long[] last = new long[users.length];
    for (int b = 0; b < users.length; b++) {
      last[b] = batch.length(users[b]) - 1L;
    }
    return memory.create(last);
  }
}
