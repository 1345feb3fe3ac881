package dev.hstu.retrieval.cli;

import dev.hstu.encoder.training.NegativeSampling;
import dev.hstu.encoder.training.TrainingSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say what a training minimises; one that is left out is the preset's.
final class LossOptions {

  @Option(names = "--negatives", description = "Negatives a position. Default: the preset's.")
  private @Nullable Integer negatives;

  @Option(
      names = "--softmax",
      description = {
        "What a position's target is told from: all-items, or as many negatives as --negatives",
        "says, drawn from the catalogue per-user or per-position, or in-batch: from the batch's"
            + " own",
        "targets, corrected for how often each is drawn. Default: the preset's."
      })
  private @Nullable String softmax;

  @Option(
      names = "--temperature",
      description = {
        "What scores are divided by before the softmax, above 0; it stays in the model's config.json",
        "and changes nothing when the model serves. Default: the preset's."
      })
  private @Nullable Double temperature;

  @Option(
      names = "--second-target-weight",
      paramLabel = "WEIGHT",
      description = {
        "Within 0..1: every position also predicts the item after the next, which counts so much;",
        "not with --softmax all-items. Default: the preset's."
      })
  private @Nullable Double secondTargetWeight;

  /// The recipe with the options of the command line in their places.
  ///
  /// @throws UserError naming the softmax that is not known
  /// @throws IllegalArgumentException naming the value out of range
  TrainingSettings over(TrainingSettings recipe) {
    // Before the softmax, so that a recipe with second targets can go without them over all items.
    TrainingSettings settings =
        secondTargetWeight == null ? recipe : recipe.withSecondTargetWeight(secondTargetWeight);
    settings =
        settings.withNegatives(
            negatives == null ? recipe.negatives() : negatives,
            softmax == null ? recipe.sampling() : sampling(softmax));
    return temperature == null
        ? settings
        : settings.withModel(settings.model().withTemperature(temperature));
  }

  private static NegativeSampling sampling(String name) {
    return switch (name) {
      case "all-items" -> NegativeSampling.ALL_ITEMS;
      case "per-user" -> NegativeSampling.PER_USER;
      case "per-position" -> NegativeSampling.PER_POSITION;
      case "in-batch" -> NegativeSampling.IN_BATCH;
      default ->
          throw new UserError(
              "--softmax=%s is not known; write all-items, per-user, per-position or in-batch"
                  .formatted(name));
    };
  }
}
