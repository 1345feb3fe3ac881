package dev.hstu.encoder.training;

import dev.hstu.encoder.compute.torch.MicroBatches;
import dev.hstu.encoder.model.HstuConfig;

/// A recipe: everything but the data that decides what a training gives.
///
/// @param preset name of the preset it started from, for reports
/// @param model shapes; its `items` is the size of the vocabulary
/// @param epochs passes over all users, 1..[#MAX_EPOCHS]
/// @param batchUsers users a step, 1..[#MAX_BATCH_USERS]
/// @param negatives `R`, 1..[#MAX_NEGATIVES]
/// @param sampling which positions share a draw of negatives
/// @param dropout probability on the input and on each block's gated output, in `[0, 1)`
/// @param optimizer rates
/// @param holdOut newest events a user's training doesn't see: 0 for production, 1 leaves the test
///     target of leave-one-out, 2 also a validation target
/// @param seed of the initial weights, the order of users, negatives and dropout
/// @param device `cpu`, or `gpu0`, …
/// @param threads CPU threads an operation may use; another number may change the last bits
/// @param microBatches how a step is split; sums are the same up to rounding
/// @param checkpointSeconds a checkpoint follows the first step that ends this long after the
///     last one, 0..86,400; 0 writes one after every step
public record TrainingSettings(
    String preset,
    HstuConfig model,
    int epochs,
    int batchUsers,
    int negatives,
    NegativeSampling sampling,
    double dropout,
    OptimizerSettings optimizer,
    int holdOut,
    long seed,
    String device,
    int threads,
    MicroBatches microBatches,
    int checkpointSeconds) {

  /// Ten times the epochs of the longest public run.
  public static final int MAX_EPOCHS = 10_000;

  /// Bounds the work between two updates; public runs use 128.
  public static final int MAX_BATCH_USERS = 65_536;

  /// Bounds the scores of a micro-batch, `rows · R` floats.
  public static final int MAX_NEGATIVES = 8_192;

  public TrainingSettings {
    requireWithin("epochs", epochs, 1, MAX_EPOCHS);
    requireWithin("batchUsers", batchUsers, 1, MAX_BATCH_USERS);
    requireWithin("negatives", negatives, 1, MAX_NEGATIVES);
    require(dropout >= 0 && dropout < 1, "dropout", dropout, "within 0..1, 0.2 is usual");
    requireWithin("holdOut", holdOut, 0, 2);
    requireWithin("threads", threads, 1, 1_024);
    requireWithin("checkpointSeconds", checkpointSeconds, 0, 86_400);
  }

  public TrainingSettings withEpochs(int count) {
    return new TrainingSettings(
        preset,
        model,
        count,
        batchUsers,
        negatives,
        sampling,
        dropout,
        optimizer,
        holdOut,
        seed,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withModel(HstuConfig shapes) {
    return new TrainingSettings(
        preset,
        shapes,
        epochs,
        batchUsers,
        negatives,
        sampling,
        dropout,
        optimizer,
        holdOut,
        seed,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withBatchUsers(int users) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        users,
        negatives,
        sampling,
        dropout,
        optimizer,
        holdOut,
        seed,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withNegatives(int count, NegativeSampling drawn) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        count,
        drawn,
        dropout,
        optimizer,
        holdOut,
        seed,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withDropout(double probability) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        negatives,
        sampling,
        probability,
        optimizer,
        holdOut,
        seed,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withOptimizer(OptimizerSettings rates) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        negatives,
        sampling,
        dropout,
        rates,
        holdOut,
        seed,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withHoldOut(int events) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        negatives,
        sampling,
        dropout,
        optimizer,
        events,
        seed,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withSeed(long number) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        negatives,
        sampling,
        dropout,
        optimizer,
        holdOut,
        number,
        device,
        threads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withDevice(String name, int cpuThreads) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        negatives,
        sampling,
        dropout,
        optimizer,
        holdOut,
        seed,
        name,
        cpuThreads,
        microBatches,
        checkpointSeconds);
  }

  public TrainingSettings withMicroBatches(MicroBatches split) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        negatives,
        sampling,
        dropout,
        optimizer,
        holdOut,
        seed,
        device,
        threads,
        split,
        checkpointSeconds);
  }

  public TrainingSettings withCheckpointSeconds(int seconds) {
    return new TrainingSettings(
        preset,
        model,
        epochs,
        batchUsers,
        negatives,
        sampling,
        dropout,
        optimizer,
        holdOut,
        seed,
        device,
        threads,
        microBatches,
        seconds);
  }

  private static void requireWithin(String name, int value, int least, int most) {
    require(value >= least && value <= most, name, value, "within " + least + ".." + most);
  }

  static void require(boolean holds, String name, Object value, String range) {
    if (!holds) {
      throw new IllegalArgumentException("%s=%s must be %s".formatted(name, value, range));
    }
  }
}
