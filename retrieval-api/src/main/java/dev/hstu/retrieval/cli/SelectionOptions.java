package dev.hstu.retrieval.cli;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.training.ModelSelection;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import dev.hstu.retrieval.evaluate.TestWatch;
import dev.hstu.retrieval.evaluate.ValidationSelection;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import picocli.CommandLine.Option;

/// The options that say what is kept from training, and what is measured on it along the way.
final class SelectionOptions {

  @Option(
      names = "--hold-out",
      defaultValue = "1",
      description = {
        "Newest events of each user kept from training: 1 to measure with `hstu evaluate`, 2 to",
        "choose the epoch on a validation event as well, 0 for a production model that is to know",
        "everything and cannot be measured on this data. Default: ${DEFAULT-VALUE}."
      })
  private int holdOut;

  @Option(
      names = "--validate-every",
      defaultValue = "5",
      description = "With --hold-out 2: epochs between two validations. Default: ${DEFAULT-VALUE}.")
  private int validateEvery;

  @Option(
      names = "--watch-test",
      description = {
        "Also measure the test event, as often as --validate-every says. Printed, never chosen by:",
        "needs --hold-out 1 or 2."
      })
  private boolean watchTest;

  int holdOut() {
    return holdOut;
  }

  /// Whether an epoch is chosen by a score that measures something.
  boolean validates() {
    return holdOut >= 2;
  }

  /// How the epoch is chosen, for the training's record.
  String inWords() {
    return validates() ? "highest NDCG@100 on the validation event" : "last epoch";
  }

  /// @throws UserError when what is to be watched isn't held out
  void requireConsistent() {
    if (watchTest && holdOut == 0) {
      throw new UserError(
          "--watch-test with --hold-out 0 would show what the model remembers; hold out 1 or 2");
    }
  }

  /// What measures the epochs of one network.
  ///
  /// @param network before the figures it prints; empty where there is one only
  ModelSelection ofEpochs(PreparedData prepared, Console console, String network) {
    return selection(prepared, console, epoch -> network + "epoch " + epoch);
  }

  /// Measures a finished ensemble as its members' epochs were, and prints the figures.
  ///
  /// @return its score on the validation event, where one is held out
  OptionalDouble measure(
      PreparedData prepared, Console console, Model ensemble, UserEncoder encoder) {
    ModelSelection selection = selection(prepared, console, epoch -> "ensemble");
    if (!selection.isDue(1, 1)) {
      return OptionalDouble.empty();
    }
    double score = selection.score(1, ensemble, encoder);
    return validates() ? OptionalDouble.of(score) : OptionalDouble.empty();
  }

  private ModelSelection selection(
      PreparedData prepared, Console console, IntFunction<String> what) {
    int workers = Runtime.getRuntime().availableProcessors();
    ModelSelection selection =
        validates()
            ? new ValidationSelection(
                prepared.log(),
                prepared.items(),
                validateEvery,
                workers,
                remarks(console, what, "validation"))
            : ModelSelection.LAST_EPOCH;
    return watchTest
        ? new TestWatch(
            selection,
            prepared.log(),
            prepared.items(),
            validateEvery,
            workers,
            remarks(console, what, "test"))
        : selection;
  }

  private static BiConsumer<Integer, RankingMetrics.Summary> remarks(
      Console console, IntFunction<String> what, String event) {
    return (epoch, metrics) ->
        console.remark(
            String.format(
                Locale.ROOT,
                "%s on the %s event: HR@10 %.4f HR@50 %.4f HR@100 %.4f HR@500 %.4f"
                    + " NDCG@10 %.4f NDCG@100 %.4f MRR %.4f",
                what.apply(epoch),
                event,
                metrics.hitRateAt(10),
                metrics.hitRateAt(50),
                metrics.hitRateAt(100),
                metrics.hitRateAt(500),
                metrics.ndcgAt(10),
                metrics.ndcgAt(100),
                metrics.mrr()));
  }
}
