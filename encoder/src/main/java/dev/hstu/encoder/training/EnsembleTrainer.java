package dev.hstu.encoder.training;

import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Trains an ensemble, one member after another by [Trainer], from the same data and recipe with
/// seeds of their own.
///
/// While it trains, finished members stand as model folders in the folder [Trainer#stateFolder]
/// beside the model's, and the checkpoint of the one at hand beside them; the ensemble's own folder
/// appears whole at the end and the other goes. A run that finds members of the same recipe and
/// data doesn't train them again, and goes on with the next at the step where it was.
public final class EnsembleTrainer {

  private static final String MEMBER = "member-";

  /// Beside a finished member: what it was trained by and on, so that no other training takes it.
  private static final String RECIPE = "recipe.json";

  /// How each member is trained.
  @FunctionalInterface
  public interface Members {
    /// Asked for when it is the member's turn, so that only one's state is in memory.
    ///
    /// @param member from 1
    MemberTraining of(int member) throws IOException;
  }

  private final TrainingData data;
  private final TrainingSettings settings;
  private final EnsembleTarget target;
  private final Members members;

  private EnsembleTrainer(
      TrainingData data, TrainingSettings settings, EnsembleTarget target, Members members) {
    this.data = data;
    this.settings = settings;
    this.target = target;
    this.members = members;
  }

  /// The folder of a member while the ensemble `model` isn't finished.
  ///
  /// @param member from 1
  public static Path memberFolder(Path model, int member) {
    return Trainer.stateFolder(model).resolve(MEMBER + member);
  }

  /// Trains `settings.members()` networks, at least two, or goes on where a run of the same
  /// training stopped, and writes the ensemble.
  ///
  /// @param members how each is trained
  /// @throws java.nio.file.FileAlreadyExistsException before any work, when the target's model
  ///     exists
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process trains it
  /// @throws CheckpointMismatchException when the state folder holds another training's members
  /// @throws TrainingDivergedException when a member's loss or gradient stops being a number
  /// @throws dev.hstu.encoder.EngineUnavailableException when PyTorch or the device isn't there
  public static EnsembleResult train(
      TrainingData data, TrainingSettings settings, EnsembleTarget target, Members members)
      throws IOException {
    if (settings.members() < 2) {
      throw new IllegalArgumentException(
          "members=%d must be at least 2 to train an ensemble; Trainer trains one network"
              .formatted(settings.members()));
    }
    Trainer.requireAbsent(target.model());
    Path state = Trainer.stateFolder(target.model());
    Files.createDirectories(state);
    EnsembleResult result;
    try (DirectoryLock lock = DirectoryLock.acquire(state)) {
      // Again: the last holder may have finished this very model between the two looks.
      Trainer.requireAbsent(target.model());
      DurableFiles.deleteAbandoned(lock.directory());
      if (target.restart()) {
        Trainer.drop(state);
      }
      Trainer.requireNoCheckpoint(state);
      result = new EnsembleTrainer(data, settings, target, members).run();
    }
    DurableFiles.deleteRecursively(state);
    return result;
  }

  /// @throws CheckpointMismatchException where an ensemble is being trained in this folder
  static void requireNoMembers(Path state) {
    Path first = state.resolve(MEMBER + 1);
    if (Files.exists(first) || Files.exists(Trainer.stateFolder(first))) {
      throw new CheckpointMismatchException(
          "%s holds the training of an ensemble; train with its members, give another --out, or begin anew with --restart"
              .formatted(state));
    }
  }

  private EnsembleResult run() throws IOException {
    List<TrainingResult> trained = new ArrayList<>();
    List<Path> folders = new ArrayList<>();
    for (int member = 1; member <= settings.members(); member++) {
      folders.add(memberFolder(target.model(), member));
      train(member).ifPresent(trained::add);
    }
    return new EnsembleResult(target.model(), combine(folders), trained);
  }

  /// @return empty where an earlier run had finished it
  private Optional<TrainingResult> train(int member) throws IOException {
    Path folder = memberFolder(target.model(), member);
    MemberTraining training = members.of(member);
    TrainingSettings own = settings.withMembers(1).withSeed(settings.seed() + member - 1);
    CheckpointOwner owner = CheckpointOwner.ofFinished(own, data, training.start());
    if (Files.exists(folder)) {
      owner.requireSame(folder, CheckpointOwner.read(folder.resolve(RECIPE)));
      return Optional.empty();
    }
    TrainingTarget.Companions companions =
        result -> {
          Map<String, byte[]> files = new LinkedHashMap<>(training.companions().of(result));
          files.put(RECIPE, owner.toJson());
          return files;
        };
    return Optional.of(
        Trainer.train(
            data,
            own,
            training.start(),
            new TrainingTarget(folder, companions, false, training.state()),
            training.listener(),
            training.selection()));
  }

  /// @return the ensemble's fingerprint
  private String combine(List<Path> folders) throws IOException {
    Deque<OpenModel> open = new ArrayDeque<>();
    try {
      List<NetworkModel> networks = new ArrayList<>();
      for (Path folder : folders) {
        open.push(ModelFolder.open(folder));
        networks.add(open.element().model().network());
      }
      EnsembleModel ensemble = new EnsembleModel(networks);
      ModelFolder.save(target.model(), ensemble, target.companions().of(folders));
      return ensemble.fingerprint();
    } finally {
      open.forEach(OpenModel::close);
    }
  }
}
