package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.training.DataFeatures;
import dev.hstu.encoder.training.EnsembleResult;
import dev.hstu.encoder.training.EnsembleTarget;
import dev.hstu.encoder.training.EnsembleTrainer;
import dev.hstu.encoder.training.ItemLabels;
import dev.hstu.encoder.training.MemberTraining;
import dev.hstu.encoder.training.Trainer;
import dev.hstu.encoder.training.TrainingData;
import dev.hstu.encoder.training.TrainingPlan;
import dev.hstu.encoder.training.TrainingResult;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.encoder.training.TrainingStart;
import dev.hstu.encoder.training.TrainingTarget;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.retrieval.evaluate.MemberCompanions;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// What `hstu train` does once its options are read: one network, or the members of an ensemble,
/// with progress on the console and what is known of the training beside the model.
final class TrainingRun {

  private final PreparedData prepared;
  private final TrainingData data;
  private final TrainingSettings settings;
  private final SelectionOptions selection;
  private final Console console;

  TrainingRun(
      PreparedData prepared,
      TrainingSettings settings,
      SelectionOptions selection,
      Console console) {
    this.prepared = prepared;
    this.data =
        new TrainingData(
            DataFeatures.log(prepared, settings.model().features()),
            prepared.items(),
            prepared.clock(),
            ItemLabels.of(prepared.attributes(), settings.model().features()));
    this.settings = settings;
    this.selection = selection;
    this.console = console;
  }

  /// Trains and writes `out`.
  ///
  /// @return what is to be printed of it, by name
  /// @throws IOException as [Trainer] and [EnsembleTrainer] do
  Map<String, Object> train(Path out, boolean restart) throws IOException {
    try (TrainingProgressBar progress = new TrainingProgressBar(console)) {
      return settings.members() == 1
          ? network(out, restart, progress)
          : ensemble(out, restart, progress);
    }
  }

  private Map<String, Object> network(Path out, boolean restart, TrainingProgressBar progress)
      throws IOException {
    EpochLog epochs = new EpochLog(Trainer.stateFolder(out), selection.validates(), progress);
    TrainingTarget target =
        TrainingTarget.of(out)
            .withRestart(restart)
            .withCompanions(result -> companions(result, epochs));
    TrainingResult result =
        Trainer.train(data, settings, target, epochs, selection.ofEpochs(prepared, console, ""));
    Map<String, Object> document = head(result.model(), result.fingerprint());
    putPlan(document, result.plan());
    document.put("resumed_at_step", result.plan().resumedAtStep());
    document.put("epoch", result.epoch());
    if (selection.validates()) {
      result.score().ifPresent(score -> document.put("validation_score", score));
    }
    document.put("loss", result.loss());
    document.put("seconds", result.seconds());
    return document;
  }

  private Map<String, Object> ensemble(Path out, boolean restart, TrainingProgressBar progress)
      throws IOException {
    EnsembleTarget target = new EnsembleTarget(out, MemberCompanions::of, restart);
    EnsembleResult result =
        EnsembleTrainer.train(data, settings, target, member -> member(out, member, progress));
    progress.close();
    OptionalDouble score = measure(out);
    Map<String, Object> document = head(result.model(), result.fingerprint());
    document.put("members", settings.members());
    document.put("members_done_before", settings.members() - result.trained().size());
    // All of a member's; what differs from member to member is a list of those trained now.
    if (!result.trained().isEmpty()) {
      putPlan(document, result.trained().getFirst().plan());
      document.put("epoch", result.trained().stream().map(TrainingResult::epoch).toList());
      document.put("loss", result.trained().stream().map(TrainingResult::loss).toList());
    }
    score.ifPresent(value -> document.put("validation_score", value));
    document.put("seconds", result.trained().stream().mapToDouble(TrainingResult::seconds).sum());
    return document;
  }

  /// @param number from 1
  private MemberTraining member(Path out, int number, TrainingProgressBar progress) {
    Path folder = EnsembleTrainer.memberFolder(out, number);
    String name = "member %d of %d".formatted(number, settings.members());
    if (Files.exists(folder)) {
      console.remark(name + " is there already, from an earlier run");
    }
    progress.begin(name);
    EpochLog epochs = new EpochLog(Trainer.stateFolder(folder), selection.validates(), progress);
    return new MemberTraining(
        TrainingStart.ANEW,
        epochs,
        selection.ofEpochs(prepared, console, name + ", "),
        result -> companions(result, epochs),
        null);
  }

  private OptionalDouble measure(Path out) throws IOException {
    EngineChoice choice =
        EngineChoice.of(Engine.DJL).withDevice(settings.device()).withThreads(settings.threads());
    try (OpenModel open = ModelFolder.open(out);
        UserEncoder encoder = Encoder.open(open.model(), choice)) {
      return selection.measure(prepared, console, open.model(), encoder);
    }
  }

  private Map<String, byte[]> companions(TrainingResult result, EpochLog epochs) {
    Map<String, byte[]> files = new LinkedHashMap<>(record(result).companion());
    files.putAll(epochs.companion());
    return files;
  }

  private TrainingRecord record(TrainingResult result) {
    TrainingSettings own = result.plan().settings();
    return new TrainingRecord(
        own.preset(),
        prepared.fingerprint(),
        own.holdOut(),
        own.seed(),
        result.epoch(),
        own.epochs(),
        selection.inWords());
  }

  private Map<String, Object> head(Path out, String fingerprint) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("model", out.toString());
    document.put("fingerprint", fingerprint);
    document.put("preset", settings.preset());
    return document;
  }

  private static void putPlan(Map<String, Object> document, TrainingPlan plan) {
    document.put("users", plan.users());
    document.put("skipped_users", plan.skippedUsers());
    document.put("events_an_epoch", plan.events());
    document.put("steps", plan.steps());
  }
}
