package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.VocabularyGrowth;
import dev.hstu.encoder.training.CheckpointMismatchException;
import dev.hstu.encoder.training.DataFeatures;
import dev.hstu.encoder.training.EnsembleTarget;
import dev.hstu.encoder.training.EnsembleTrainer;
import dev.hstu.encoder.training.ItemLabels;
import dev.hstu.encoder.training.MemberTraining;
import dev.hstu.encoder.training.ModelSelection;
import dev.hstu.encoder.training.StepProgress;
import dev.hstu.encoder.training.Trainer;
import dev.hstu.encoder.training.TrainingData;
import dev.hstu.encoder.training.TrainingDivergedException;
import dev.hstu.encoder.training.TrainingListener;
import dev.hstu.encoder.training.TrainingPlan;
import dev.hstu.encoder.training.TrainingPresets;
import dev.hstu.encoder.training.TrainingResult;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.encoder.training.TrainingStart;
import dev.hstu.encoder.training.TrainingState;
import dev.hstu.encoder.training.TrainingTarget;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.storage.AtomicFolder;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.config.NightlyTraining;
import dev.hstu.retrieval.evaluate.MemberCompanions;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The model of the night before, trained on over all data with rows for the items it doesn't know;
/// a first model where there is none; or the same model again, where nothing is to be trained.
final class TrainWork implements NightWork {

  static final String MODEL = "model_fingerprint";
  static final String EPOCHS = "epochs";
  static final String ITEMS = "items";
  static final String NEW_ITEMS = "new_items";
  static final String LEFT_OUT = "items_left_out";
  private static final String THREADS = "threads";

  /// Examples of ids in a remark.
  private static final int EXAMPLES = 5;

  /// Sizes of the model while it trains: a checkpoint of weights and two moments, its replacement
  /// being written, the model and the state at the end.
  private static final int COPIES_ON_DISK = 9;

  /// Sizes of a network for each member of an ensemble that isn't the one being trained: itself as
  /// a member and in the ensemble, and the two moments of its state.
  private static final int COPIES_A_MEMBER = 4;

  @Override
  public NightStep step() {
    return NightStep.TRAIN;
  }

  @Override
  public long diskBytes(NightContext night) throws IOException {
    TrainingSettings settings = recipe(night);
    long ids = 40L * night.data().items().size();
    long network = RamBudget.parameterBytes(settings.model());
    long members =
        settings.members() == 1 ? 0 : settings.members() * (COPIES_A_MEMBER * network + ids);
    return COPIES_ON_DISK * network + ids + members;
  }

  @Override
  public SortedMap<String, Long> decide(NightContext night) throws IOException {
    SortedMap<String, Long> decisions = new TreeMap<>();
    NightlyTraining training = night.configuration().training();
    if (!training.embedOnly()) {
      int cores = Runtime.getRuntime().availableProcessors();
      int wanted = training.threads() == 0 ? cores : training.threads();
      long events = night.data().log().events();
      decisions.put(
          THREADS, (long) night.ram().trainingWorkers(recipe(night).model(), events, wanted));
    }
    return decisions;
  }

  @Override
  public StepResult run(NightContext night, NightProgress progress) throws IOException {
    if (Files.exists(night.folder().model())) {
      DurableFiles.deleteRecursively(Trainer.stateFolder(night.folder().model()));
      return finished(night).remark("the model was there already, from the run before");
    }
    Optional<Path> start = startFolder(night);
    if (night.configuration().training().embedOnly()) {
      keep(night, start);
      return finished(night);
    }
    try {
      if (start.isEmpty()) {
        return train(night, Optional.empty(), progress);
      }
      try (OpenModel open = ModelFolder.open(start.get())) {
        return train(night, Optional.of(open.model()), progress);
      }
    } catch (IllegalArgumentException | CheckpointMismatchException | TrainingDivergedException e) {
      throw new NightRefusedException(e.getMessage(), e);
    }
  }

  private StepResult train(NightContext night, Optional<Model> base, NightProgress progress)
      throws IOException {
    PreparedData data = night.data();
    VocabularyGrowth growth =
        base.isEmpty()
            ? VocabularyGrowth.of(data.items(), data.items())
            : VocabularyGrowth.of(base.get().vocabulary(), data.items());
    ModelFeatures features = features(night, base);
    TrainingData examples =
        new TrainingData(
            growth.relabelled(data.log()),
            growth.vocabulary(),
            data.clock(),
            ItemLabels.of(data.attributes(), features).relabelled(growth.rows()));
    TrainingSettings plain = settings(night, growth.vocabulary().size());
    TrainingSettings settings = plain.withModel(plain.model().withFeatures(features));
    base.ifPresent(model -> requireAsMany(model, settings));
    List<TrainingResult> results =
        settings.members() == 1
            ? List.of(network(night, base, examples, settings, progress))
            : ensemble(night, base, examples, settings, progress);
    StepResult step = finished(night);
    if (!results.isEmpty()) {
      TrainingPlan plan = results.getFirst().plan();
      step.figure("steps", plan.steps() * settings.members())
          .figure("loss", results.stream().mapToDouble(TrainingResult::loss).average().orElse(0))
          .figure("users", plan.users());
    }
    return step;
  }

  private static TrainingResult network(
      NightContext night,
      Optional<Model> base,
      TrainingData examples,
      TrainingSettings settings,
      NightProgress progress)
      throws IOException {
    TrainingTarget target =
        TrainingTarget.of(night.folder().model())
            .withState(night.folder().trainingState(1, 1))
            .withCompanions(result -> record(night, result).companion());
    return Trainer.train(
        examples,
        settings,
        start(night, base, 1),
        target,
        listener(progress, 1, 1),
        ModelSelection.LAST_EPOCH);
  }

  /// @return of the members that this run has trained
  private static List<TrainingResult> ensemble(
      NightContext night,
      Optional<Model> base,
      TrainingData examples,
      TrainingSettings settings,
      NightProgress progress)
      throws IOException {
    int members = settings.members();
    return EnsembleTrainer.train(
            examples,
            settings,
            new EnsembleTarget(night.folder().model(), MemberCompanions::of, false),
            member ->
                new MemberTraining(
                    start(night, base, member),
                    listener(progress, member, members),
                    ModelSelection.LAST_EPOCH,
                    result -> record(night, result).companion(),
                    night.folder().trainingState(member, members)))
        .trained();
  }

  private static void requireAsMany(Model base, TrainingSettings settings) {
    int networks = base.networks().size();
    if (networks != settings.members()) {
      throw new NightRefusedException(
          "train.members=%d must be %d, the networks of the model to go on from; set it so, or begin anew with another work folder"
              .formatted(settings.members(), networks));
    }
  }

  /// What is known of a model that stands in the night's folder.
  private static StepResult finished(NightContext night) throws IOException {
    StepResult result = new StepResult();
    try (OpenModel open = ModelFolder.open(night.folder().model())) {
      IdTable vocabulary = open.model().vocabulary();
      int before = knownBefore(night);
      List<String> leftOut = leftOut(night.data().items(), vocabulary);
      result
          .input(ImportWork.DATA, night.data().fingerprint())
          .output(MODEL, open.model().fingerprint())
          .figure(ITEMS, vocabulary.size())
          .figure(NEW_ITEMS, before == 0 ? 0 : vocabulary.size() - before)
          .figure(LEFT_OUT, leftOut.size())
          .figure(EPOCHS, night.configuration().training().embedOnly() ? 0 : night.plan().epochs());
      if (!leftOut.isEmpty()) {
        result.remark(
            "%,d items are new to the model and have no vector, among them %s; train.mode=continue gives them rows"
                .formatted(
                    leftOut.size(),
                    String.join(", ", leftOut.subList(0, Math.min(EXAMPLES, leftOut.size())))));
      }
    }
    return result;
  }

  private static int knownBefore(NightContext night) {
    return night
        .previous()
        .map(before -> (int) before.done(NightStep.TRAIN).figure(ITEMS))
        .orElse(0);
  }

  private static List<String> leftOut(IdTable items, IdTable vocabulary) {
    List<String> leftOut = new ArrayList<>();
    for (int row = 0; row < items.size(); row++) {
      if (vocabulary.rowOf(items.idAt(row)) == IdTable.NOT_FOUND) {
        leftOut.add(items.idAt(row));
      }
    }
    return leftOut;
  }

  /// The model stays: a copy of its folder and of its optimiser's states, so that a later night can
  /// train on from this one.
  private static void keep(NightContext night, Optional<Path> start) throws IOException {
    Path from =
        start.orElseThrow(
            () ->
                new NightRefusedException(
                    "train.mode=embed-only needs a model and there is none; set train.start-model,"
                        + " or train.mode=continue for the first night"));
    Optional<NightFolder> before = folderBefore(night);
    if (before.isPresent()) {
      for (Path state : before.get().trainingStates()) {
        Path copy = night.folder().path().resolve(state.getFileName());
        DurableFiles.writeAtomically(copy, out -> Files.copy(state, out));
      }
    }
    try (AtomicFolder copy = AtomicFolder.creating(night.folder().model());
        Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.path().resolve(file.getFileName()));
      }
      copy.commit();
    }
  }

  /// The folder of the model to go on from.
  private static Optional<Path> startFolder(NightContext night) {
    Optional<Path> start =
        folderBefore(night)
            .map(NightFolder::model)
            .or(() -> night.configuration().training().startModel());
    start.ifPresent(
        folder -> {
          if (!Files.isDirectory(folder)) {
            throw new NightRefusedException(
                "the model to go on from, %s, is not there; restore it, or begin anew with another work folder"
                    .formatted(folder));
          }
        });
    return start;
  }

  private static Optional<NightFolder> folderBefore(NightContext night) {
    return night.previous().map(before -> night.archive().folder(before.night()));
  }

  /// Where one network of the night's model begins.
  ///
  /// @param member from 1
  private static TrainingStart start(NightContext night, Optional<Model> base, int member)
      throws IOException {
    if (base.isEmpty()) {
      return TrainingStart.ANEW;
    }
    List<NetworkModel> networks = base.get().networks();
    NetworkModel network = networks.get(member - 1);
    Optional<Path> state =
        folderBefore(night)
            .map(before -> before.trainingState(member, networks.size()))
            .filter(Files::exists);
    return state.isPresent()
        ? TrainingStart.from(network, TrainingState.read(state.get(), network))
        : new TrainingStart.From(network, Optional.empty());
  }

  /// Those of the model to go on from, since tables can't grow; of a new model what the
  /// configuration says.
  private static ModelFeatures features(NightContext night, Optional<Model> base)
      throws IOException {
    if (base.isPresent()) {
      return withoutSeries(base.get().config().features());
    }
    return night.configuration().training().features()
        ? DataFeatures.all(night.data())
        : ModelFeatures.NONE;
  }

  private static ModelFeatures withoutSeries(ModelFeatures features) {
    if (!features.series().isEmpty()) {
      throw new NightRefusedException(
          "the model to go on from reads slow series of users, which a night doesn't import; train"
              + " it with `hstu train --series`, or set train.mode=embed-only");
    }
    return features;
  }

  /// The recipe before it is known how many items there are in all.
  private static TrainingSettings recipe(NightContext night) throws IOException {
    return recipe(night, Math.max(night.data().items().size(), knownBefore(night)));
  }

  private static TrainingSettings recipe(NightContext night, int items) {
    NightlyTraining training = night.configuration().training();
    return training.over(TrainingPresets.named(training.preset(), items));
  }

  private static TrainingSettings settings(NightContext night, int items) {
    NightlyTraining training = night.configuration().training();
    return recipe(night, items)
        .withHoldOut(training.holdOut())
        .withEpochs(night.plan().epochs())
        .withSeed(night.plan().seed())
        .withDevice("cpu", night.decided(THREADS).intValue())
        .withCheckpointSeconds(training.checkpointSeconds());
  }

  /// A chain knows what its worst night has seen.
  private static TrainingRecord record(NightContext night, TrainingResult result) {
    String data = night.journal().done(NightStep.IMPORT).output(ImportWork.DATA);
    TrainingSettings settings = result.plan().settings();
    int holdOut = settings.holdOut();
    Optional<Path> start = startFolder(night);
    if (start.isPresent()) {
      Integer before = recordOf(start.get()).map(TrainingRecord::holdOut).orElse(null);
      if (before == null) {
        return TrainingRecord.external(data);
      }
      holdOut = Math.min(holdOut, before);
    }
    return new TrainingRecord(
        settings.preset(),
        data,
        holdOut,
        settings.seed(),
        result.epoch(),
        settings.epochs(),
        "last epoch");
  }

  private static Optional<TrainingRecord> recordOf(Path model) {
    try {
      return TrainingRecord.read(model);
    } catch (IOException e) {
      throw new NightRefusedException(
          "training.json of %s cannot be read: %s".formatted(model, e.getMessage()), e);
    }
  }

  private static TrainingListener listener(NightProgress progress, int member, int members) {
    String which = members == 1 ? "" : "member %d of %d ".formatted(member, members);
    return new TrainingListener() {
      @Override
      public void onStep(StepProgress at) {
        progress.at(
            (member - 1) * at.steps() + at.step(),
            members * at.steps(),
            String.format(
                Locale.ROOT,
                "%sepoch %d loss %.4f %,.0f users/s",
                which,
                at.epoch(),
                at.loss(),
                at.usersPerSecond()));
      }
    };
  }
}
