package dev.hstu.encoder.compute;

import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryBatch;

/// What must hold for a batch before an engine computes with it; the same for every engine.
public final class BatchBounds {

  private BatchBounds() {}

  /// Checks lengths, item rows and times against a model's shapes.
  ///
  /// @throws IllegalArgumentException naming user, event, value and bound
  public static void require(HistoryBatch batch, ModelConfig config) {
    for (int b = 0; b < batch.users(); b++) {
      if (batch.length(b) > config.maxEvents()) {
        throw new IllegalArgumentException(
            "user %d of the batch has %d events; this model keeps %d, cut to ModelConfig.window()"
                .formatted(b, batch.length(b), config.maxEvents()));
      }
      requireTime(batch.requestTimes()[b], b, "the request");
      for (int e = batch.offsets()[b]; e < batch.offsets()[b + 1]; e++) {
        int item = batch.items()[e];
        if (item < 1 || item > config.tokenRows()) {
          throw new IllegalArgumentException(
              "item row %d of user %d of the batch, event %d, must be within 1..%d"
                  .formatted(item, b, e - batch.offsets()[b], config.tokenRows()));
        }
        requireTime(batch.times()[e], b, "event " + (e - batch.offsets()[b]));
      }
    }
  }

  /// Checks that user embeddings of this batch fit into `target`.
  ///
  /// @throws IllegalArgumentException naming the length and the one needed
  public static void requireRoom(float[] target, HistoryBatch batch, ModelConfig config) {
    long needed = (long) batch.users() * config.embeddingDim();
    if (target.length < needed) {
      throw new IllegalArgumentException(
          "target has %d floats; %d users of %d need %d"
              .formatted(target.length, batch.users(), config.embeddingDim(), needed));
    }
  }

  private static void requireTime(long seconds, int user, String what) {
    if (seconds > Clock.MAX_SECONDS || seconds < -Clock.MAX_SECONDS) {
      throw new IllegalArgumentException(
          "time %d of %s of user %d of the batch must be within ±%d; give seconds, not milliseconds"
              .formatted(seconds, what, user, Clock.MAX_SECONDS));
    }
  }
}
