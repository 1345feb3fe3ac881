package dev.hstu.index.search;

import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.format.IvfSettings;
import java.time.Duration;

/// How partitions are made; part of a generation's content.
///
/// @param encoding what is swept
/// @param trainingSeconds bound on the training of one shard, 1..[#MAX_TRAINING_SECONDS]
/// @param seed of every draw
public record PartitionSettings(IvfEncoding encoding, int trainingSeconds, long seed) {

  /// An hour: beyond it a night's build would not be done by morning.
  public static final int MAX_TRAINING_SECONDS = (int) IvfSettings.MAX_TRAINING_TIME.toSeconds();

  public static final PartitionSettings DEFAULT = new PartitionSettings(IvfEncoding.INT8);

  public PartitionSettings {
    if (trainingSeconds < 1 || trainingSeconds > MAX_TRAINING_SECONDS) {
      throw new IllegalArgumentException(
          "trainingSeconds=%d must be within 1..%d"
              .formatted(trainingSeconds, MAX_TRAINING_SECONDS));
    }
  }

  /// The format's own defaults with this encoding.
  public PartitionSettings(IvfEncoding encoding) {
    this(
        encoding, (int) IvfSettings.DEFAULT.trainingTime().toSeconds(), IvfSettings.DEFAULT.seed());
  }

  /// As these, sweeping another encoding.
  public PartitionSettings withEncoding(IvfEncoding other) {
    return new PartitionSettings(other, trainingSeconds, seed);
  }

  /// As the format takes them.
  ///
  /// @param recall aimed at by searches that name none
  IvfSettings format(double recall) {
    return new IvfSettings(
        encoding,
        IvfSettings.DEFAULT.flatRows(),
        IvfSettings.DEFAULT.deferred(),
        recall,
        Duration.ofSeconds(trainingSeconds),
        seed,
        IvfSettings.DEFAULT.sampleQueries());
  }
}
