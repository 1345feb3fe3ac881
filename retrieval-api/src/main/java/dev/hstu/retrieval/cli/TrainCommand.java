package dev.hstu.retrieval.cli;

import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.training.CheckpointMismatchException;
import dev.hstu.encoder.training.DataFeatures;
import dev.hstu.encoder.training.TrainingPresets;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu train`: prepared data in, a model folder out.
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a model, of one network or with --members of several. Stopped at any time, the same",
      "command goes on where it was: checkpoints stand in OUT.training until the model is written."
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
      names = "--members",
      description = {
        "Networks trained one after another, with the seed and the numbers after it, that make one",
        "model: its score is the mean of theirs, its time and memory theirs added up. 1 to 16.",
        "Default: the preset's."
      })
  private @Nullable Integer members;

  @Mixin private SelectionOptions selection = new SelectionOptions();

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
        "so that a new item has a vector by its labels alone. Default: none."
      })
  private List<String> labels = List.of();

  @Option(
      names = "--own-dropout",
      description = {
        "Probability that a step knows an item by its labels alone. Default: the preset's."
      })
  private @Nullable Double ownDropout;

  @Option(
      names = "--actions",
      description = {
        "The action of an event (a rating) is read with its item.",
        "Default: it isn't, as with --no-actions."
      },
      negatable = true)
  private boolean actions;

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

  @Option(names = "--restart", description = "Begin anew, dropping an unfinished training.")
  private boolean restart;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    selection.requireConsistent();
    Console console = Console.system(json);
    try {
      PreparedData prepared = PreparedData.open(data);
      TrainingSettings settings = withFeatures(settings(prepared.items().size()), prepared);
      TrainingRun run = new TrainingRun(prepared, settings, selection, console);
      console.printDocument(run.train(out, restart));
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

  private TrainingSettings settings(int items) {
    TrainingSettings settings =
        TrainingPresets.named(preset, items).withHoldOut(selection.holdOut());
    settings = settings.withModel(shapes.over(settings.model()));
    settings = epochs == null ? settings : settings.withEpochs(epochs);
    settings = seed == null ? settings : settings.withSeed(seed);
    settings = members == null ? settings : settings.withMembers(members);
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
    List<String> columns = labels.stream().filter(column -> !column.isEmpty()).toList();
    return settings.withModel(
        settings
            .model()
            .withFeatures(
                DataFeatures.of(prepared, columns, actions)
                    .withSeries(DataFeatures.series(prepared, series))));
  }
}
