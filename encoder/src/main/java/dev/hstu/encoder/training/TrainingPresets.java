package dev.hstu.encoder.training;

import dev.hstu.encoder.compute.torch.MicroBatches;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.SasRecConfig;
import java.util.List;

/// Named recipes.
///
/// | name | shapes | for |
/// |---|---|---|
/// | `hstu` | b=2, h=1, dqk=dv=50, D=50, Nmax=200 | HSTU of the public experiments (HSTU.md) |
/// | `hstu-large` | b=8, h=2, dqk=dv=25, D=50, Nmax=200 | HSTU-large of the public experiments |
/// | `best` | two of b=4, h=4, dqk=dv=32, D=128, Nmax=512 | the recipe that measured best, below |
/// | `sasrec` | b=2, h=1, hidden 50, D=50, Nmax=200 | the baseline of the public experiments |
/// | `small` | b=2, h=1, dqk=dv=32, D=32, Nmax=64 | the demo, 3,000 users in half a minute |
///
/// The public experiments draw negatives for every position, and so do their presets: with one draw
/// for all positions of a user `hstu-large` ends .01 lower at HR@10 on MovieLens-1M (RESULTS.md),
/// though each position meets as many. Where a catalogue is so large that rows are looked up
/// ([TorchModel][dev.hstu.encoder.compute.torch.TorchModel]), [NegativeSampling#PER_USER] takes a
/// quarter of the time.
///
/// `best` (RESULTS.md) is an ensemble of networks that are wider and half as deep as `hstu-large`
/// and read more of a history: each event predicts the item after the next too, weights are
/// averaged, the rate warms up to 2e-3 and decays by a cosine, and windows are drawn from all of a
/// long history. It reads no features: what the data have of them moved no figure.
public final class TrainingPresets {

  /// The names [#named] takes.
  public static final List<String> NAMES = List.of("hstu", "hstu-large", "best", "sasrec", "small");

  private TrainingPresets() {}

  /// The recipe of this name for a vocabulary of `items` ids.
  ///
  /// @throws IllegalArgumentException naming the presets there are
  public static TrainingSettings named(String name, int items) {
    return switch (name) {
      case "hstu" -> published(name, new HstuConfig(items, 200, 11, 50, 1, 50, 50, 2, 0.05, 1));
      case "hstu-large" ->
          published(name, new HstuConfig(items, 200, 11, 50, 2, 25, 25, 8, 0.05, 1));
      case "best" ->
          published(name, new HstuConfig(items, 512, 11, 128, 4, 32, 32, 4, 0.07, 1))
              .withMembers(2)
              .withNegatives(128, NegativeSampling.PER_USER)
              .withEpochs(30)
              .withDropout(0.3)
              .withOptimizer(OptimizerSettings.PUBLIC.withLearningRate(2e-3))
              .withSchedule(LearningRateSchedule.COSINE)
              .withAverageDecay(0.99)
              .withSecondTargetWeight(0.2)
              .withExamples(ExampleSettings.PUBLIC.withEarlierWindows(0.5));
      case "sasrec" ->
          published(
              name, new SasRecConfig(items, 200, 11, 50, 1, 50, 2, 0.05, 1, ModelFeatures.NONE));
      case "small" ->
          published(name, new HstuConfig(items, 64, 2, 32, 1, 32, 32, 2, 0.05, 1))
              .withNegatives(128, NegativeSampling.PER_USER)
              .withEpochs(40);
      default ->
          throw new IllegalArgumentException(
              "preset '%s' is not known; choose one of %s".formatted(name, NAMES));
    };
  }

  private static TrainingSettings published(String name, NetworkConfig model) {
    return new TrainingSettings(
        name,
        model,
        101,
        128,
        128,
        NegativeSampling.PER_POSITION,
        0,
        0.2,
        OptimizerSettings.PUBLIC,
        LearningRateSchedule.CONSTANT,
        0,
        0,
        ExampleSettings.PUBLIC,
        0,
        42,
        1,
        "cpu",
        Math.min(Runtime.getRuntime().availableProcessors(), 1_024),
        MicroBatches.DEFAULT,
        120);
  }
}
