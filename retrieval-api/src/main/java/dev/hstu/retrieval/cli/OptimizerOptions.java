package dev.hstu.retrieval.cli;

import dev.hstu.encoder.training.LearningRateSchedule;
import dev.hstu.encoder.training.OptimizerSettings;
import dev.hstu.encoder.training.TableOptimizer;
import dev.hstu.encoder.training.TrainingSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say how weights move; one that is left out is the preset's.
final class OptimizerOptions {

  @Option(names = "--learning-rate", description = "Default: the preset's.")
  private @Nullable Double learningRate;

  @Option(
      names = "--schedule",
      description = "Learning rate over the run: constant or cosine. Default: the preset's.")
  private @Nullable String schedule;

  @Option(
      names = "--average-decay",
      description = {
        "Share of the averaged weights that one step leaves, 0 for no averaging.",
        "Default: the preset's."
      })
  private @Nullable Double averageDecay;

  @Option(
      names = "--table-optimizer",
      description = {
        "What is kept of the item table's squared gradients: adamw, a value each, or",
        "row-wise-adamw, one an item, which saves nearly a copy of the table in memory and in",
        "checkpoints. Default: the preset's."
      })
  private @Nullable String tableOptimizer;

  /// The recipe with the options of the command line in their places.
  ///
  /// @throws UserError naming the option that is not known
  /// @throws IllegalArgumentException naming the value out of range
  TrainingSettings over(TrainingSettings recipe) {
    TrainingSettings settings = recipe.withOptimizer(over(recipe.optimizer()));
    settings = schedule == null ? settings : settings.withSchedule(schedule(schedule));
    return averageDecay == null ? settings : settings.withAverageDecay(averageDecay);
  }

  private OptimizerSettings over(OptimizerSettings recipe) {
    OptimizerSettings rates = learningRate == null ? recipe : recipe.withLearningRate(learningRate);
    return tableOptimizer == null ? rates : rates.withTable(tableOptimizer(tableOptimizer));
  }

  private static LearningRateSchedule schedule(String name) {
    return switch (name) {
      case "constant" -> LearningRateSchedule.CONSTANT;
      case "cosine" -> LearningRateSchedule.COSINE;
      default ->
          throw new UserError(
              "--schedule=%s is not known; write constant or cosine".formatted(name));
    };
  }

  private static TableOptimizer tableOptimizer(String name) {
    return switch (name) {
      case "adamw" -> TableOptimizer.ADAMW;
      case "row-wise-adamw" -> TableOptimizer.ROW_WISE_ADAMW;
      default ->
          throw new UserError(
              "--table-optimizer=%s is not known; write adamw or row-wise-adamw".formatted(name));
    };
  }
}
