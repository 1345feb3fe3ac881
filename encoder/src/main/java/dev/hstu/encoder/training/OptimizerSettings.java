package dev.hstu.encoder.training;

/// Rates of [AdamW].
///
/// @param learningRate above 0
/// @param beta1 decay of the first moment, in `[0, 1)`
/// @param beta2 decay of the second moment, in `[0, 1)`
/// @param epsilon added to the root of the second moment, above 0
/// @param weightDecay share of a weight lost a step is `learningRate · weightDecay`, at least 0
/// @param table how the second moments of the item table are kept
public record OptimizerSettings(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    TableOptimizer table) {

  /// Those of the public experiments.
  public static final OptimizerSettings PUBLIC =
      new OptimizerSettings(1e-3, 0.9, 0.98, 1e-8, 0, TableOptimizer.ADAMW);

  public OptimizerSettings {
    TrainingSettings.require(
        learningRate > 0 && learningRate < 1,
        "learningRate",
        learningRate,
        "within 0..1, 0.001 is usual");
    TrainingSettings.require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "within 0..1, 0.9 is usual");
    TrainingSettings.require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "within 0..1, 0.98 is usual");
    TrainingSettings.require(
        epsilon > 0 && epsilon < 1, "epsilon", epsilon, "above 0, 1e-8 is usual");
    TrainingSettings.require(
        weightDecay >= 0 && weightDecay < 1, "weightDecay", weightDecay, "within 0..1, 0 is usual");
  }

  public OptimizerSettings withLearningRate(double rate) {
    return new OptimizerSettings(rate, beta1, beta2, epsilon, weightDecay, table);
  }

  public OptimizerSettings withTable(TableOptimizer moments) {
    return new OptimizerSettings(learningRate, beta1, beta2, epsilon, weightDecay, moments);
  }
}
