package dev.hstu.retrieval.cli;

import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.training.CheckpointMismatchException;
import dev.hstu.encoder.training.DataFeatures;
import dev.hstu.encoder.training.ItemLabels;
import dev.hstu.encoder.training.ModelSelection;
import dev.hstu.encoder.training.Trainer;
import dev.hstu.encoder.training.TrainingData;
import dev.hstu.encoder.training.TrainingPresets;
import dev.hstu.encoder.training.TrainingResult;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.encoder.training.TrainingTarget;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import dev.hstu.retrieval.evaluate.TestWatch;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import dev.hstu.retrieval.evaluate.ValidationSelection;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu train`: prepared data in, a model folder out.
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a model. Stopped at any time, the same command goes on where it was: checkpoints",
      "stand in OUT.training until the model is written."
    })
public final class TrainCommand implements Callable<Integer> {

  @Option(names = "--data", required = true, description = "Folder that `hstu import` wrote.")
  private Path data;

  @Option(names = "--out", required = true, description = "Folder to write the model to.")
  private Path out;

  @Option(
      names = "--preset",
      defaultValue = "hstu-large",
      description = "hstu, hstu-large, best, sasrec or small. Default: ${DEFAULT-VALUE}.")
  private String preset;

  @Mixin private ShapeOptions shapes = new ShapeOptions();

  @Option(names = "--epochs", description = "Default: the preset's.")
  private @Nullable Integer epochs;

  @Option(names = "--seed", description = "Default: 42.")
  private @Nullable Long seed;

  @Option(
      names = "--hold-out",
      defaultValue = "1",
      description = {
        "Newest events of each user kept from training: 1 to measure with `hstu evaluate`, 2 to",
        "choose the epoch on a validation event as well, 0 for a production model that is to know",
        "everything and cannot be measured on this data. Default: ${DEFAULT-VALUE}."
      })
  private int holdOut;

  @Mixin private OptimizerOptions optimizer = new OptimizerOptions();

  @Option(names = "--dropout", description = "Default: the preset's.")
  private @Nullable Double dropout;

  @Option(names = "--batch-users", description = "Users a step. Default: the preset's.")
  private @Nullable Integer batchUsers;

  @Mixin private LossOptions loss = new LossOptions();

  @Mixin private ExampleOptions examples = new ExampleOptions();

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "COLUMN",
      description = {
        "Columns of the catalogue whose labels (genres, brands) become part of an item's"
            + " embedding,",
        "so that a new item has a vector by its labels alone. Default: the preset's."
      })
  private @Nullable List<String> labels;

  @Option(
      names = "--own-dropout",
      description = {
        "Probability that a step knows an item by its labels alone. Default: the preset's."
      })
  private @Nullable Double ownDropout;

  @Option(
      names = "--actions",
      description = {
        "The action of an event (a rating) is read with its item; --no-actions reads none.",
        "Default: the preset's."
      },
      negatable = true)
  private @Nullable Boolean actions;

  @Option(
      names = "--series",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Slow series of the users (language, age group) that `import --manifest` read: each value"
            + " is",
        "a token of its own among the user's events, and never a target. Default: none."
      })
  private List<String> series = List.of();

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, gpu0, … Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(names = "--threads", description = "CPU threads. Default: every core.")
  private @Nullable Integer threads;

  @Option(
      names = "--checkpoint-seconds",
      description = "A checkpoint at most this often. Default: 120.")
  private @Nullable Integer checkpointSeconds;

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

  @Option(names = "--restart", description = "Begin anew, dropping an unfinished training.")
  private boolean restart;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (watchTest && holdOut == 0) {
      throw new UserError(
          "--watch-test with --hold-out 0 would show what the model remembers; hold out 1 or 2");
    }
    Console console = Console.system(json);
    try {
      PreparedData prepared = PreparedData.open(data);
      TrainingSettings settings = withFeatures(settings(prepared.items().size()), prepared);
      TrainingData trained =
          new TrainingData(
              DataFeatures.log(prepared, settings.model().features()),
              prepared.items(),
              prepared.clock(),
              ItemLabels.of(prepared.attributes(), settings.model().features()));
      try (TrainingProgressBar progress = new TrainingProgressBar(console)) {
        ModelSelection selection = selection(prepared, console);
        EpochLog epochs = new EpochLog(Trainer.stateFolder(out), holdOut >= 2, progress);
        TrainingTarget target =
            TrainingTarget.of(out)
                .withRestart(restart)
                .withCompanions(result -> companions(record(result, prepared), epochs));
        TrainingResult result = Trainer.train(trained, settings, target, epochs, selection);
        print(console, result);
      }
      return 0;
    } catch (FileAlreadyExistsException e) {
      throw new UserError("--out %s exists already; delete it or give another".formatted(out), e);
    } catch (DamagedFileException
        | DirectoryLockedException
        | CheckpointMismatchException
        | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private ModelSelection selection(PreparedData prepared, Console console) {
    int workers = Runtime.getRuntime().availableProcessors();
    ModelSelection selection =
        holdOut < 2
            ? ModelSelection.LAST_EPOCH
            : new ValidationSelection(
                prepared.log(),
                prepared.items(),
                validateEvery,
                workers,
                remarks(console, "validation"));
    return watchTest
        ? new TestWatch(
            selection,
            prepared.log(),
            prepared.items(),
            validateEvery,
            workers,
            remarks(console, "test"))
        : selection;
  }

  private static BiConsumer<Integer, RankingMetrics.Summary> remarks(
      Console console, String event) {
    return (epoch, metrics) ->
        console.remark(
            String.format(
                Locale.ROOT,
                "epoch %d on the %s event: HR@10 %.4f HR@50 %.4f HR@100 %.4f HR@500 %.4f"
                    + " NDCG@10 %.4f NDCG@100 %.4f MRR %.4f",
                epoch,
                event,
                metrics.hitRateAt(10),
                metrics.hitRateAt(50),
                metrics.hitRateAt(100),
                metrics.hitRateAt(500),
                metrics.ndcgAt(10),
                metrics.ndcgAt(100),
                metrics.mrr()));
  }

  private static Map<String, byte[]> companions(TrainingRecord record, EpochLog epochs) {
    Map<String, byte[]> files = new LinkedHashMap<>(record.companion());
    files.putAll(epochs.companion());
    return files;
  }

  private TrainingRecord record(TrainingResult result, PreparedData prepared) {
    TrainingSettings settings = result.plan().settings();
    return new TrainingRecord(
        settings.preset(),
        prepared.fingerprint(),
        settings.holdOut(),
        settings.seed(),
        result.epoch(),
        settings.epochs(),
        holdOut < 2 ? "last epoch" : "highest NDCG@100 on the validation event");
  }

  private TrainingSettings settings(int items) {
    TrainingSettings settings = TrainingPresets.named(preset, items).withHoldOut(holdOut);
    settings = settings.withModel(shapes.over(settings.model()));
    settings = epochs == null ? settings : settings.withEpochs(epochs);
    settings = seed == null ? settings : settings.withSeed(seed);
    settings = dropout == null ? settings : settings.withDropout(dropout);
    settings = batchUsers == null ? settings : settings.withBatchUsers(batchUsers);
    settings = loss.over(settings);
    settings = ownDropout == null ? settings : settings.withOwnDropout(ownDropout);
    settings = settings.withExamples(examples.over(settings.examples()));
    settings = optimizer.over(settings);
    settings = settings.withDevice(device, threads == null ? settings.threads() : threads);
    return checkpointSeconds == null ? settings : settings.withCheckpointSeconds(checkpointSeconds);
  }

  private TrainingSettings withFeatures(TrainingSettings settings, PreparedData prepared) {
    ModelFeatures usual =
        TrainingPresets.readsFeatures(preset) ? DataFeatures.all(prepared) : ModelFeatures.NONE;
    List<String> columns =
        labels == null
            ? usual.itemLabels().stream().map(ModelFeatures.LabelColumn::name).toList()
            : labels.stream().filter(column -> !column.isEmpty()).toList();
    boolean read = actions == null ? usual.actionRows() > 0 : actions;
    return settings.withModel(
        settings
            .model()
            .withFeatures(
                DataFeatures.of(prepared, columns, read)
                    .withSeries(DataFeatures.series(prepared, series))));
  }

  private void print(Console console, TrainingResult result) {
    if (json) {
      console.printJson(document(result));
      return;
    }
    Table table = new Table("", "");
    document(result).forEach((name, value) -> table.row(name.replace('_', ' '), text(value)));
    console.print(table);
  }

  private static Map<String, Object> document(TrainingResult result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("model", result.model().toString());
    document.put("fingerprint", result.fingerprint());
    document.put("preset", result.plan().settings().preset());
    document.put("users", result.plan().users());
    document.put("skipped_users", result.plan().skippedUsers());
    document.put("events_an_epoch", result.plan().events());
    document.put("steps", result.plan().steps());
    document.put("resumed_at_step", result.plan().resumedAtStep());
    document.put("epoch", result.epoch());
    if (result.plan().settings().holdOut() >= 2) {
      result.score().ifPresent(score -> document.put("validation_score", score));
    }
    document.put("loss", result.loss());
    document.put("seconds", result.seconds());
    return document;
  }

  private static String text(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%.4f", number)
        : value.toString();
  }
}
