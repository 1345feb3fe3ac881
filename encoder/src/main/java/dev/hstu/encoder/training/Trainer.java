package dev.hstu.encoder.training;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.compute.torch.TorchEncoder;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.SeriesLog;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Trains a network (HSTU.md, "Training"): the entry of this package. Several for one model are
/// [EnsembleTrainer]'s.
///
/// While it trains, its checkpoint stands in the folder [#stateFolder] beside the model's; the
/// model's own folder appears whole at the end and the other goes. A run that finds a checkpoint of
/// the same recipe and data goes on from it, and on the same device with as many threads ends with
/// the same bits as one that was never interrupted. A process told to end (SIGTERM) does so after a
/// step and its checkpoint, and the call doesn't return.
public final class Trainer {

  private static final String CHECKPOINT = "checkpoint.safetensors";

  private final TrainingData data;
  private final TrainingSettings settings;
  private final TrainingStart start;
  private final TrainingListener listener;
  private final ModelSelection selection;
  private final OrderlyEnd end;
  private final Path checkpointFile;
  private final CheckpointOwner owner;
  private final TrainingExamples examples;
  private final EpochOrder order;
  private final int stepsPerEpoch;

  private final long startNanos = System.nanoTime();
  private TrainingProgress progress = TrainingProgress.NONE;
  private @Nullable BestEpoch best;
  private long resumedAtStep;
  private long usersThisRun;
  private long lastCheckpointNanos = startNanos;
  private long lastCheckpointStep;

  private Trainer(
      TrainingData data,
      TrainingSettings settings,
      TrainingStart start,
      Path checkpointFile,
      TrainingListener listener,
      ModelSelection selection,
      OrderlyEnd end) {
    this.data = data;
    this.settings = settings;
    this.start = start;
    this.checkpointFile = checkpointFile;
    this.listener = listener;
    this.selection = selection;
    this.end = end;
    this.owner = CheckpointOwner.of(settings, data, start);
    this.examples =
        new TrainingExamples(
            data.log(),
            settings.model().window(),
            settings.holdOut(),
            settings.examples(),
            settings.model().features(),
            new RandomStreams(settings.seed()));
    this.order =
        new EpochOrder(
            examples.known(),
            settings.examples().longUserEvents(),
            new RandomStreams(settings.seed()));
    this.stepsPerEpoch = Math.ceilDiv(order.count(), settings.batchUsers());
  }

  /// Where a training that is to write `model` keeps its state: `model.training` beside it.
  public static Path stateFolder(Path model) {
    Path absolute = model.toAbsolutePath().normalize();
    return absolute.resolveSibling(absolute.getFileName() + ".training");
  }

  /// Trains anew, or goes on where a run of the same training stopped, and writes the model.
  ///
  /// @throws IOException as [#train(TrainingData, TrainingSettings, TrainingStart, TrainingTarget,
  ///     TrainingListener, ModelSelection)]
  public static TrainingResult train(
      TrainingData data,
      TrainingSettings settings,
      TrainingTarget target,
      TrainingListener listener,
      ModelSelection selection)
      throws IOException {
    return train(data, settings, TrainingStart.ANEW, target, listener, selection);
  }

  /// Trains from `start`, or goes on where a run of the same training stopped, and writes the
  /// model.
  ///
  /// @throws FileAlreadyExistsException before any work, when the target's model exists
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process trains it
  /// @throws CheckpointMismatchException when the state folder holds another training's checkpoint
  /// @throws TrainingDivergedException when the loss or a gradient stops being a number
  /// @throws dev.hstu.encoder.EngineUnavailableException when PyTorch or the device isn't there
  public static TrainingResult train(
      TrainingData data,
      TrainingSettings settings,
      TrainingStart start,
      TrainingTarget target,
      TrainingListener listener,
      ModelSelection selection)
      throws IOException {
    if (settings.model().items() != data.vocabulary().size()) {
      throw new IllegalArgumentException(
          "settings are for %d items and the vocabulary has %d; make the settings for this data"
              .formatted(settings.model().items(), data.vocabulary().size()));
    }
    SeriesLog series = data.log().series();
    if (!series.isEmpty() && !series.columns().equals(settings.model().features().series())) {
      throw new IllegalArgumentException(
          "the data's series are %s and the model reads others; take its log by DataFeatures.log"
              .formatted(series.columns().stream().map(SeriesColumn::name).toList()));
    }
    if (settings.members() > 1) {
      throw new IllegalArgumentException(
          "members=%d must be 1 to train a network; EnsembleTrainer trains several"
              .formatted(settings.members()));
    }
    requireAbsent(target.model());
    Path state = stateFolder(target.model());
    Files.createDirectories(state);
    TrainingResult result;
    try (DirectoryLock lock = DirectoryLock.acquire(state);
        OrderlyEnd end = new OrderlyEnd()) {
      // Again: the last holder may have finished this very model between the two looks.
      requireAbsent(target.model());
      DurableFiles.deleteAbandoned(lock.directory());
      if (target.restart()) {
        drop(state);
      }
      EnsembleTrainer.requireNoMembers(state);
      Path checkpoint = state.resolve(CHECKPOINT);
      result =
          new Trainer(data, settings, start, checkpoint, listener, selection, end)
              .run(target)
              .orElseGet(end::letGo);
    }
    DurableFiles.deleteRecursively(state);
    return result;
  }

  /// Drops what an unfinished training has left in its folder.
  static void drop(Path state) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            state, file -> !file.getFileName().toString().equals(DirectoryLock.FILE_NAME))) {
      for (Path file : files) {
        DurableFiles.deleteRecursively(file);
      }
    }
  }

  /// @throws CheckpointMismatchException where a single network is being trained in this folder
  static void requireNoCheckpoint(Path state) {
    if (Files.exists(state.resolve(CHECKPOINT))) {
      throw new CheckpointMismatchException(
          "%s holds the training of one network; train without members, give another --out, or begin anew with --restart"
              .formatted(state));
    }
  }

  static void requireAbsent(Path model) throws FileAlreadyExistsException {
    if (Files.exists(model)) {
      throw new FileAlreadyExistsException(
          model.toString(), null, "it exists already; delete it or give another path");
    }
  }

  /// @return empty where the process ends first
  private Optional<TrainingResult> run(TrainingTarget target) throws IOException {
    if (examples.count() == 0) {
      throw new IllegalArgumentException(
          "no user has the %d events that holdOut=%d needs; import more or hold out less"
              .formatted(2 + settings.holdOut(), settings.holdOut()));
    }
    Optimisation.State first = firstOrResumedState();
    TrainingPlan plan = plan();
    try (Optimisation optimisation =
        Optimisation.of(settings, data.labels(), first, plan.steps(), start.updates())) {
      listener.onStart(plan);
      while (progress.steps() < plan.steps() && !end.isDue()) {
        int epoch = Math.toIntExact(progress.steps() / stepsPerEpoch);
        runEpoch(optimisation, epoch, plan);
      }
      if (progress.steps() < plan.steps()) {
        if (progress.steps() > lastCheckpointStep) {
          checkpoint(optimisation);
        }
        return Optional.empty();
      }
      ModelWeights weights = best == null ? optimisation.weights() : best.weights();
      NetworkModel model =
          new NetworkModel(settings.model(), data.clock(), data.vocabulary(), weights);
      TrainingResult result = result(target.model(), model, plan);
      if (target.state() != null) {
        finalState(optimisation.state(), model).write(target.state(), model);
      }
      ModelFolder.save(target.model(), model, target.companions().of(result));
      return Optional.of(result);
    }
  }

  /// The moments of the last step, even where the weights of an earlier epoch were chosen.
  private TrainingState finalState(Optimisation.State state, NetworkModel model) {
    return new TrainingState(
        model.fingerprint(),
        start.updates() + progress.steps(),
        state.firstMoments(),
        state.secondMoments());
  }

  private TrainingResult result(Path folder, NetworkModel model, TrainingPlan plan) {
    return new TrainingResult(
        folder,
        model.fingerprint(),
        plan,
        best == null ? settings.epochs() : best.epoch(),
        best == null ? OptionalDouble.empty() : OptionalDouble.of(best.score()),
        progress.lastLoss(),
        progress.seconds() + secondsSince(startNanos));
  }

  private Optimisation.State firstOrResumedState() throws IOException {
    NetworkConfig model = settings.model();
    if (Files.exists(checkpointFile)) {
      TrainingCheckpoint checkpoint = TrainingCheckpoint.read(checkpointFile, owner, model);
      progress = checkpoint.progress();
      best = checkpoint.best();
      resumedAtStep = progress.steps();
      lastCheckpointStep = progress.steps();
      return checkpoint.state();
    }
    return FirstState.of(start, settings, data);
  }

  private TrainingPlan plan() {
    long events = 0;
    EpochExamples firstEpoch = examples.of(0);
    for (int example : order.of(0)) {
      events += firstEpoch.supervised(example);
    }
    return new TrainingPlan(
        examples.count(),
        examples.skippedUsers(),
        events,
        stepsPerEpoch,
        (long) stepsPerEpoch * settings.epochs(),
        resumedAtStep,
        settings);
  }

  /// The rest of an epoch, mostly all of it; less where the process ends.
  private void runEpoch(Optimisation optimisation, int epoch, TrainingPlan plan)
      throws IOException {
    EpochExamples epochExamples = examples.of(epoch);
    EpochNegatives negatives =
        EpochNegatives.of(
            settings.sampling(), settings.negatives(), settings.model().items(), epochExamples);
    int[] met = order.of(epoch);
    int first = Math.toIntExact(progress.steps() % stepsPerEpoch);
    for (int i = first; i < stepsPerEpoch && !end.isDue(); i++) {
      int from = i * settings.batchUsers();
      int to = Math.min(met.length, from + settings.batchUsers());
      int[] batch = Arrays.copyOfRange(met, from, to);
      StepOutcome outcome =
          optimisation.step(epochExamples, negatives.of(batch), batch, progress.steps());
      requireFinite(outcome, epoch);
      usersThisRun += outcome.users();
      boolean last = i == stepsPerEpoch - 1;
      double epochLoss = progress.epochLoss() + outcome.loss();
      progress =
          new TrainingProgress(
              progress.steps() + 1,
              last ? 0 : epochLoss,
              last ? epochLoss / stepsPerEpoch : progress.lastLoss(),
              progress.seconds());
      if (last) {
        endEpoch(optimisation, epoch + 1);
      }
      checkpointWhenDue(optimisation);
      listener.onStep(report(outcome, epoch + 1, plan));
    }
  }

  private void endEpoch(Optimisation optimisation, int epoch) {
    OptionalDouble score = OptionalDouble.empty();
    boolean better = false;
    if (selection.isDue(epoch, settings.epochs())) {
      ModelWeights weights = optimisation.weights();
      double value = score(epoch, weights);
      score = OptionalDouble.of(value);
      better = best == null || value > best.score();
      if (better) {
        best = new BestEpoch(epoch, value, weights);
      }
    }
    listener.onEpoch(
        new EpochSummary(epoch, settings.epochs(), progress.lastLoss(), score, better));
  }

  private double score(int epoch, ModelWeights weights) {
    NetworkModel candidate =
        new NetworkModel(settings.model(), data.clock(), data.vocabulary(), weights);
    EngineChoice choice =
        EngineChoice.of(Engine.DJL).withDevice(settings.device()).withThreads(settings.threads());
    try (UserEncoder encoder = TorchEncoder.open(settings.model(), weights, choice)) {
      double value = selection.score(epoch, candidate, encoder);
      if (Double.isNaN(value)) {
        throw new IllegalStateException("the score of epoch " + epoch + " is NaN");
      }
      return value;
    }
  }

  private void checkpointWhenDue(Optimisation optimisation) throws IOException {
    long sinceNanos = System.nanoTime() - lastCheckpointNanos;
    if (sinceNanos >= settings.checkpointSeconds() * 1_000_000_000L) {
      checkpoint(optimisation);
    }
  }

  private void checkpoint(Optimisation optimisation) throws IOException {
    TrainingProgress now =
        new TrainingProgress(
            progress.steps(),
            progress.epochLoss(),
            progress.lastLoss(),
            progress.seconds() + secondsSince(startNanos));
    new TrainingCheckpoint(now, optimisation.state(), best)
        .write(checkpointFile, owner, settings.model());
    lastCheckpointNanos = System.nanoTime();
    lastCheckpointStep = progress.steps();
    listener.onCheckpoint(checkpointFile, progress.steps());
  }

  private StepProgress report(StepOutcome outcome, int epoch, TrainingPlan plan) {
    double seconds = Math.max(1e-9, secondsSince(startNanos));
    long done = progress.steps() - resumedAtStep;
    return new StepProgress(
        epoch,
        progress.steps(),
        plan.steps(),
        outcome.loss(),
        outcome.gradientNorm(),
        usersThisRun / seconds,
        seconds / done * (plan.steps() - progress.steps()));
  }

  private void requireFinite(StepOutcome outcome, int epoch) {
    if (outcome.finite()) {
      return;
    }
    throw new TrainingDivergedException(
        "step %d (epoch %d): loss %s, gradient norm %s, learning rate %s; %s; restart with a lower one"
            .formatted(
                progress.steps() + 1,
                epoch + 1,
                outcome.loss(),
                outcome.gradientNorm(),
                settings.optimizer().learningRate(),
                lastCheckpointStep == 0
                    ? "no checkpoint was written yet"
                    : "the last good checkpoint is that of step %d in %s"
                        .formatted(lastCheckpointStep, checkpointFile)));
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
