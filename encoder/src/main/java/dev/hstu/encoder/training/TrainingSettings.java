package dev.hstu.encoder.training;

import dev.hstu.encoder.compute.torch.MicroBatches;
import dev.hstu.encoder.model.EnsembleConfig;
import dev.hstu.encoder.model.NetworkConfig;
import java.util.function.Consumer;

/// A recipe: everything but the data that decides what a training gives.
///
/// @param preset name of the preset it started from, for reports
/// @param model shapes; its `items` is the size of the vocabulary
/// @param epochs passes over all users, 1..[#MAX_EPOCHS]
/// @param batchUsers users a step, 1..[#MAX_BATCH_USERS]
/// @param negatives `R`, 1..[#MAX_NEGATIVES]
/// @param sampling which positions share a draw of negatives
/// @param secondTargetWeight weight of the item after the next, which every position then predicts
///     too, within 0..1; 0 for the next item alone. Multi-token prediction (arXiv 2404.19737) in
///     the sense of PinnerFormer's dense all-action loss (arXiv 2205.04507); the draw of
///     negatives serves both targets. It regularises wide models where neighbouring events tie in
///     time, so that their order says little. Not for [NegativeSampling#ALL_ITEMS]
/// @param dropout probability on the input and on each block's gated output, in `[0, 1)`
/// @param optimizer rates
/// @param schedule how the learning rate moves over the run
/// @param averageDecay share of the averaged weights that one step leaves, in `[0, 1)`; the model
///     is then the exponential moving average of the weights. 0 takes the weights as they are
/// @param ownDropout probability that a step leaves out an item's own embedding and lets its labels
///     alone stand for it, in `[0, 1)`; items without labels are spared
/// @param examples which events become examples and which are targets
/// @param holdOut newest events a user's training doesn't see: 0 for production, 1 leaves the test
///     target of leave-one-out, 2 also a validation target
/// @param seed of the initial weights, the order of users, negatives and dropout
/// @param members networks of the model, 1..[EnsembleConfig#MAX_MEMBERS]; more than one make an
///     ensemble, of which the first trains with `seed` and each other with the next number
/// @param device `cpu`, or `gpu0`, …
/// @param threads CPU threads an operation may use; another number may change the last bits
/// @param microBatches how a step is split; sums are the same up to rounding
/// @param checkpointSeconds a checkpoint follows the first step that ends this long after the last
///     one, 0..86,400; 0 writes one after every step
public record TrainingSettings(
    String preset,
    NetworkConfig model,
    int epochs,
    int batchUsers,
    int negatives,
    NegativeSampling sampling,
    double secondTargetWeight,
    double dropout,
    OptimizerSettings optimizer,
    LearningRateSchedule schedule,
    double averageDecay,
    double ownDropout,
    ExampleSettings examples,
    int holdOut,
    long seed,
    int members,
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

  /// Bounds the item table, `(V+1) · D` values, which is drawn and saved as one array.
  public static final int MAX_TABLE_VALUES = Integer.MAX_VALUE - 8;

  public TrainingSettings {
    long values = (model.items() + 1L) * model.embeddingDim();
    require(
        values <= MAX_TABLE_VALUES,
        "embeddingDim",
        model.embeddingDim(),
        "at most %d for a table of %d items"
            .formatted(MAX_TABLE_VALUES / (model.items() + 1L), model.items()));
    requireWithin("epochs", epochs, 1, MAX_EPOCHS);
    requireWithin("batchUsers", batchUsers, 1, MAX_BATCH_USERS);
    requireWithin("negatives", negatives, 1, MAX_NEGATIVES);
    require(
        secondTargetWeight >= 0 && secondTargetWeight <= 1,
        "secondTargetWeight",
        secondTargetWeight,
        "within 0..1, 0 for the next item alone, 0.2 where neighbouring events tie in time");
    require(
        secondTargetWeight == 0 || sampling != NegativeSampling.ALL_ITEMS,
        "secondTargetWeight",
        secondTargetWeight,
        "0 with the softmax over all items, which has one target a position; draw negatives per"
            + " user, per position or in the batch");
    require(dropout >= 0 && dropout < 1, "dropout", dropout, "within 0..1, 0.2 is usual");
    require(
        averageDecay >= 0 && averageDecay < 1,
        "averageDecay",
        averageDecay,
        "within 0..1, 0 for none, 0.99 is usual");
    require(ownDropout >= 0 && ownDropout < 1, "ownDropout", ownDropout, "within 0..1");
    requireWithin("holdOut", holdOut, 0, 2);
    requireWithin("members", members, 1, EnsembleConfig.MAX_MEMBERS);
    requireWithin("threads", threads, 1, 1_024);
    requireWithin("checkpointSeconds", checkpointSeconds, 0, 86_400);
  }

  public TrainingSettings withEpochs(int count) {
    return with(draft -> draft.epochs = count);
  }

  public TrainingSettings withModel(NetworkConfig shapes) {
    return with(draft -> draft.model = shapes);
  }

  public TrainingSettings withBatchUsers(int users) {
    return with(draft -> draft.batchUsers = users);
  }

  public TrainingSettings withNegatives(int count, NegativeSampling drawn) {
    return with(
        draft -> {
          draft.negatives = count;
          draft.sampling = drawn;
        });
  }

  public TrainingSettings withSecondTargetWeight(double weight) {
    return with(draft -> draft.secondTargetWeight = weight);
  }

  public TrainingSettings withDropout(double probability) {
    return with(draft -> draft.dropout = probability);
  }

  public TrainingSettings withOptimizer(OptimizerSettings rates) {
    return with(draft -> draft.optimizer = rates);
  }

  public TrainingSettings withSchedule(LearningRateSchedule moved) {
    return with(draft -> draft.schedule = moved);
  }

  public TrainingSettings withAverageDecay(double decay) {
    return with(draft -> draft.averageDecay = decay);
  }

  public TrainingSettings withOwnDropout(double probability) {
    return with(draft -> draft.ownDropout = probability);
  }

  public TrainingSettings withExamples(ExampleSettings chosen) {
    return with(draft -> draft.examples = chosen);
  }

  public TrainingSettings withHoldOut(int events) {
    return with(draft -> draft.holdOut = events);
  }

  public TrainingSettings withSeed(long number) {
    return with(draft -> draft.seed = number);
  }

  public TrainingSettings withMembers(int count) {
    return with(draft -> draft.members = count);
  }

  public TrainingSettings withDevice(String name, int cpuThreads) {
    return with(
        draft -> {
          draft.device = name;
          draft.threads = cpuThreads;
        });
  }

  public TrainingSettings withMicroBatches(MicroBatches split) {
    return with(draft -> draft.microBatches = split);
  }

  public TrainingSettings withCheckpointSeconds(int seconds) {
    return with(draft -> draft.checkpointSeconds = seconds);
  }

  private TrainingSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  private static void requireWithin(String name, int value, int least, int most) {
    require(value >= least && value <= most, name, value, "within " + least + ".." + most);
  }

  static void require(boolean holds, String name, Object value, String range) {
    if (!holds) {
      throw new IllegalArgumentException("%s=%s must be %s".formatted(name, value, range));
    }
  }

  /// A copy whose fields are changed by name, so that the order of the many numbers is written
  /// once.
  private static final class Draft {
    private final String preset;
    private NetworkConfig model;
    private int epochs;
    private int batchUsers;
    private int negatives;
    private NegativeSampling sampling;
    private double secondTargetWeight;
    private double dropout;
    private OptimizerSettings optimizer;
    private LearningRateSchedule schedule;
    private double averageDecay;
    private double ownDropout;
    private ExampleSettings examples;
    private int holdOut;
    private long seed;
    private int members;
    private String device;
    private int threads;
    private MicroBatches microBatches;
    private int checkpointSeconds;

    Draft(TrainingSettings from) {
      preset = from.preset;
      model = from.model;
      epochs = from.epochs;
      batchUsers = from.batchUsers;
      negatives = from.negatives;
      sampling = from.sampling;
      secondTargetWeight = from.secondTargetWeight;
      dropout = from.dropout;
      optimizer = from.optimizer;
      schedule = from.schedule;
      averageDecay = from.averageDecay;
      ownDropout = from.ownDropout;
      examples = from.examples;
      holdOut = from.holdOut;
      seed = from.seed;
      members = from.members;
      device = from.device;
      threads = from.threads;
      microBatches = from.microBatches;
      checkpointSeconds = from.checkpointSeconds;
    }

    TrainingSettings settings() {
      return new TrainingSettings(
          preset,
          model,
          epochs,
          batchUsers,
          negatives,
          sampling,
          secondTargetWeight,
          dropout,
          optimizer,
          schedule,
          averageDecay,
          ownDropout,
          examples,
          holdOut,
          seed,
          members,
          device,
          threads,
          microBatches,
          checkpointSeconds);
    }
  }
}
