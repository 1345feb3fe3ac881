package dev.hstu.encoder.compute;

import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryBatch;

/// What must hold for a batch before an engine computes with it; the same for every engine.
public final class BatchBounds {

  private BatchBounds() {}

  /// Checks lengths, item rows and times against a model's shapes.
  ///
  /// Every event of every batch passes here, so that all are right is told without a branch an
  /// event; which one is wrong is looked for when one is.
  ///
  /// @throws IllegalArgumentException naming user, event, value and bound
  public static void require(HistoryBatch batch, ModelConfig config) {
    for (int b = 0; b < batch.users(); b++) {
      if (batch.length(b) > config.maxEvents()) {
        throw new IllegalArgumentException(
            "user %d of the batch has %d events; this model keeps %d, cut to ModelConfig.window()"
                .formatted(b, batch.length(b), config.maxEvents()));
      }
    }
    if (!itemsWithin(batch.items(), config.tokenRows())
        || !timesWithin(batch.times())
        || !timesWithin(batch.requestTimes())) {
      refuseFirstWrong(batch, config.tokenRows());
    }
  }

  private static boolean itemsWithin(int[] items, int rows) {
    int least = 1;
    int greatest = 1;
    for (int item : items) {
      least = Math.min(least, item);
      greatest = Math.max(greatest, item);
    }
    return least >= 1 && greatest <= rows;
  }

  private static boolean timesWithin(long[] times) {
    long least = 0;
    long greatest = 0;
    for (long time : times) {
      least = Math.min(least, time);
      greatest = Math.max(greatest, time);
    }
    return least >= -Clock.MAX_SECONDS && greatest <= Clock.MAX_SECONDS;
  }

  private static void refuseFirstWrong(HistoryBatch batch, int rows) {
    for (int b = 0; b < batch.users(); b++) {
      requireTime(batch.requestTimes()[b], b, "the request");
      int first = batch.offsets()[b];
      for (int e = first; e < batch.offsets()[b + 1]; e++) {
        int item = batch.items()[e];
        if (item < 1 || item > rows) {
          throw new IllegalArgumentException(
              "item row %d of user %d of the batch, event %d, must be within 1..%d"
                  .formatted(item, b, e - first, rows));
        }
        requireTime(batch.times()[e], b, "event " + (e - first));
      }
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
