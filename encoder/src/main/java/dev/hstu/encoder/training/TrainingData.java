package dev.hstu.encoder.training;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.tables.IdTable;
import java.util.Arrays;

/// What a model is trained on. Shared, not copied.
///
/// @param log every user's events, those to be held out included
/// @param vocabulary external item ids; row `r` is item row `r + 1` of the log
/// @param clock that stamped the log
/// @param labels of the items, by rows of the table that the model's features describe
public record TrainingData(InteractionLog log, IdTable vocabulary, Clock clock, ItemLabels labels) {

  /// Data whose items have no labels.
  public TrainingData(InteractionLog log, IdTable vocabulary, Clock clock) {
    this(log, vocabulary, clock, ItemLabels.NONE);
  }

  /// Tells whether a checkpoint belongs to this data: SHA-256 over events, vocabulary and clock.
  String fingerprint() {
    ContentDigest digest = new ContentDigest();
    digest.add(log.offsets(), 0, log.offsets().length);
    long[] items = Arrays.stream(log.items()).asLongStream().toArray();
    digest.add(items, 0, items.length);
    digest.add(log.times(), 0, log.times().length);
    vocabulary.digest(digest);
    labels.digest(digest);
    log.series().digest(digest);
    return digest.add(clock.spec()).hex();
  }
}
