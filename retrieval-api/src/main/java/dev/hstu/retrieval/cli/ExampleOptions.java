package dev.hstu.retrieval.cli;

import dev.hstu.encoder.training.ExampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which events become examples; one that is left out is the preset's.
final class ExampleOptions {

  @Option(
      names = "--earlier-windows",
      description = {
        "Probability that an epoch meets a long history at a window before its newest.",
        "Default: the preset's."
      })
  private @Nullable Double earlierWindows;

  @Option(
      names = "--stochastic-length",
      description = {
        "Above 1 and at most 2: cuts long windows at random, the more the lower it is; 2 cuts"
            + " none.",
        "Default: the preset's."
      })
  private @Nullable Double stochasticLength;

  @Option(
      names = "--least-action",
      description = {
        "An event whose action (a rating) is lower is read and not learnt to be predicted.",
        "Default: every event is."
      })
  private @Nullable Double leastAction;

  @Option(
      names = "--long-user-sampling",
      paramLabel = "EVENTS",
      description = {
        "A user of more events is met by an epoch with probability EVENTS over their number, so that",
        "few long users don't take most of the time. Default: every epoch meets every user."
      })
  private @Nullable Integer longUserEvents;

  /// The settings of a recipe with those of the command line in their places.
  ///
  /// @throws IllegalArgumentException naming the value out of range
  ExampleSettings over(ExampleSettings recipe) {
    ExampleSettings examples =
        earlierWindows == null ? recipe : recipe.withEarlierWindows(earlierWindows);
    examples =
        stochasticLength == null ? examples : examples.withStochasticLength(stochasticLength);
    examples = leastAction == null ? examples : examples.withLeastAction(leastAction);
    return longUserEvents == null ? examples : examples.withLongUserEvents(longUserEvents);
  }
}
