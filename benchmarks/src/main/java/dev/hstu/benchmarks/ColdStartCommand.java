package dev.hstu.benchmarks;

import dev.hstu.benchmarks.coldstart.ColdStart;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.training.TrainingListener;
import dev.hstu.encoder.training.TrainingPresets;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench cold-start`: whether items that were never trained are found by their labels.
@Command(
    name = "cold-start",
    description = {
      "Takes some items out of the data, trains, brings them back with the vectors of their labels,",
      "and looks for them where they were a user's last event.",
      "Example: hstu bench cold-start --data data/ --labels genres --share 0.1 --epochs 20"
    },
    mixinStandardHelpOptions = true)
final class ColdStartCommand implements Callable<Integer> {

  private static final int[] CUTOFFS = {10, 100, 500};

  @Option(names = "--data", required = true, description = "Folder that `hstu import` wrote.")
  private Path data;

  @Option(names = "--labels", defaultValue = "genres", description = "default: ${DEFAULT-VALUE}")
  private String column;

  @Option(
      names = "--share",
      defaultValue = "0.1",
      description = "of the labelled items to take out; default: ${DEFAULT-VALUE}")
  private double share;

  @Option(names = "--preset", defaultValue = "hstu", description = "default: ${DEFAULT-VALUE}")
  private String preset;

  @Option(names = "--epochs", defaultValue = "20", description = "default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--own-dropout",
      defaultValue = "0.1",
      description = "see `hstu train`; default: ${DEFAULT-VALUE}")
  private double ownDropout;

  @Option(
      names = "--learning-rate",
      defaultValue = "0.002",
      description = "default: ${DEFAULT-VALUE}")
  private double learningRate;

  @Option(names = "--seed", defaultValue = "42", description = "default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(names = "--threads", defaultValue = "2", description = "default: ${DEFAULT-VALUE}")
  private int threads;

  @Mixin private KeptFolder work = new KeptFolder();

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(false);
    ColdStart coldStart = new ColdStart(PreparedData.open(data), column, share, seed);
    TrainingSettings recipe = TrainingPresets.named(preset, coldStart.known());
    TrainingSettings settings =
        recipe
            .withEpochs(epochs)
            .withSeed(seed)
            .withOwnDropout(ownDropout)
            .withOptimizer(recipe.optimizer().withLearningRate(learningRate))
            .withDevice("cpu", threads);
    Table table = new Table("ranking", "users", "HR@10", "HR@100", "HR@500", "MRR");
    try (KeptFolder.Opened folder = work.open("cold-start")) {
      coldStart
          .measure(settings, folder.path().resolve("model"), new TrainingListener() {})
          .forEach(
              (name, metrics) ->
                  table.row(
                      name,
                      Long.toString(metrics.users()),
                      share(metrics.hitRateAt(CUTOFFS[0])),
                      share(metrics.hitRateAt(CUTOFFS[1])),
                      share(metrics.hitRateAt(CUTOFFS[2])),
                      share(metrics.mrr())));
    }
    console.remark(
        "%d of %d items were taken out"
            .formatted(coldStart.heldOut(), coldStart.heldOut() + coldStart.known()));
    console.print(table);
    return 0;
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
