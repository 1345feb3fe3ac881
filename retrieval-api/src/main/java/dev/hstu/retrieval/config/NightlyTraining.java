package dev.hstu.retrieval.config;

import dev.hstu.encoder.training.TrainingPresets;
import dev.hstu.encoder.training.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// How a night trains; `train.*`.
///
/// @param embedOnly whether the model stays as it is
/// @param preset the recipe; its shapes must be those of a model that is trained on
/// @param firstEpochs of a night with no model to go on from
/// @param epochs of every other night
/// @param minutes bound on those epochs by the pace of earlier nights, 0 for none
/// @param holdOut newest events of each user that training doesn't see
/// @param learningRate where not the preset's
/// @param temperature that scores are divided by, where not the preset's
/// @param secondTargetWeight of the item after the next, where not the preset's
/// @param seed of the first night; each night after it takes the next
/// @param members networks of the model, where not the preset's
/// @param features whether a new model reads the labels and actions that the data have
/// @param startModel folder of the model that the first night goes on from
/// @param threads CPU threads, 0 for one a core as far as memory allows
/// @param checkpointSeconds between two checkpoints
public record NightlyTraining(
    boolean embedOnly,
    String preset,
    int firstEpochs,
    int epochs,
    int minutes,
    int holdOut,
    OptionalDouble learningRate,
    OptionalDouble temperature,
    OptionalDouble secondTargetWeight,
    int seed,
    OptionalInt members,
    boolean features,
    Optional<Path> startModel,
    int threads,
    int checkpointSeconds) {

  private static final String NONE = "none";
  private static final String OF_PRESET = "preset";
  private static final String EMBED_ONLY = "embed-only";
  private static final String ALL = "all";

  /// How often an item stands for its labels alone where there are any, so that they learn to speak
  /// for items that nobody has met; as in the measurement of new films (RESULTS.md).
  private static final double OWN_DROPOUT = 0.1;

  static final Setting<String> MODE =
      Setting.choice(
          "train.mode",
          "continue",
          List.of("continue", EMBED_ONLY),
          "continue trains on from the night before; embed-only keeps its model, and items new to it"
              + " are left out of the generation.");
  static final Setting<String> PRESET =
      Setting.choice(
          "train.preset",
          "hstu-large",
          TrainingPresets.NAMES,
          "The recipe. Its shapes can't change while nights go on from each other.");
  static final Setting<Integer> FIRST_EPOCHS =
      Setting.integer(
          "train.first-epochs", 60, 1, 10_000, "Of a night with no model to go on from.");
  static final Setting<Integer> EPOCHS =
      Setting.integer(
          "train.epochs",
          5,
          1,
          10_000,
          "Of every other night: the model already knows all but one day.");
  static final Setting<Integer> MINUTES =
      Setting.integer(
          "train.minutes",
          0,
          0,
          10_080,
          "Fewer epochs where, at the pace of earlier nights, train.epochs would take longer; at"
              + " least one. Decided before training begins, so that a resumed night makes the same"
              + " model; 0 sets no bound.");
  static final Setting<Integer> HOLD_OUT =
      Setting.integer(
          "train.hold-out",
          1,
          0,
          2,
          "Newest events of each user that training doesn't see. With 0 nothing can be measured"
              + " before publishing.");
  static final Setting<String> LEARNING_RATE =
      Setting.matching(
          "train.learning-rate",
          OF_PRESET,
          "preset|0\\.[0-9]{1,9}",
          "a number within 0..1 such as 0.0005, or preset",
          "A lower one moves a trained model less.");
  static final Setting<String> TEMPERATURE =
      Setting.matching(
          "train.temperature",
          OF_PRESET,
          "preset|0\\.(?=0*[1-9])[0-9]{1,9}|1(\\.0)?",
          "a number above 0 and at most 1 such as 0.07, or preset",
          "What training divides scores by. Part of a model as its shapes are: it can't change while"
              + " nights go on from each other.");
  static final Setting<String> SECOND_TARGET_WEIGHT =
      Setting.matching(
          "train.second-target-weight",
          OF_PRESET,
          "preset|0|0\\.[0-9]{1,9}|1(\\.0)?",
          "a number within 0..1 such as 0.2, or preset",
          "How much the item after the next counts, which every event then predicts beside the next;"
              + " 0 for the next alone. Regularises wide models.");
  static final Setting<Integer> SEED =
      Setting.integer(
          "train.seed",
          42,
          0,
          Integer.MAX_VALUE,
          "Of the first night; each night after it takes the next number.");
  static final Setting<String> MEMBERS =
      Setting.matching(
          "train.members",
          OF_PRESET,
          "preset|[1-9]|1[0-6]",
          "a number within 1..16, or preset",
          "Networks trained one after another that make one model, whose score is the mean of"
              + " theirs; time and memory are theirs added up. It can't change while nights go on"
              + " from each other.");
  static final Setting<String> FEATURES =
      Setting.choice(
          "train.features",
          NONE,
          List.of(NONE, ALL),
          "all: a new model reads every column of labels of the catalogue and the log's actions, so"
              + " that an item nobody has met gets a vector by its labels; none: items and times"
              + " alone. A model that is trained on keeps what it reads.");
  static final Setting<String> START_MODEL =
      Setting.text(
          "train.start-model",
          NONE,
          "the path of a model folder, or none",
          "A model that hstu train or import-checkpoint wrote, for the first night to go on from.");
  static final Setting<Integer> THREADS =
      Setting.integer(
          "train.threads",
          0,
          0,
          1024,
          "CPU threads of training; 0 takes one a core as far as ram allows. Another number may"
              + " change the last bits of a model.");
  static final Setting<Integer> CHECKPOINT_SECONDS =
      Setting.integer(
          "train.checkpoint-seconds",
          120,
          0,
          86_400,
          "How much work a kill may cost; 0 writes a checkpoint after every step.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          MODE,
          PRESET,
          FIRST_EPOCHS,
          EPOCHS,
          MINUTES,
          HOLD_OUT,
          LEARNING_RATE,
          TEMPERATURE,
          SECOND_TARGET_WEIGHT,
          SEED,
          MEMBERS,
          FEATURES,
          START_MODEL,
          THREADS,
          CHECKPOINT_SECONDS);

  static NightlyTraining from(SettingValues values) {
    return new NightlyTraining(
        values.get(MODE).equals(EMBED_ONLY),
        values.get(PRESET),
        values.get(FIRST_EPOCHS),
        values.get(EPOCHS),
        values.get(MINUTES),
        values.get(HOLD_OUT),
        declared(values.get(LEARNING_RATE)),
        declared(values.get(TEMPERATURE)),
        declared(values.get(SECOND_TARGET_WEIGHT)),
        values.get(SEED),
        declaredCount(values.get(MEMBERS)),
        values.get(FEATURES).equals(ALL),
        NightlyInput.declared(values.get(START_MODEL), NONE).map(Path::of),
        values.get(THREADS),
        values.get(CHECKPOINT_SECONDS));
  }

  private static OptionalDouble declared(String number) {
    return number.equals(OF_PRESET)
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(number));
  }

  private static OptionalInt declaredCount(String number) {
    return number.equals(OF_PRESET)
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.parseInt(number));
  }

  /// A preset's recipe with the numbers that are declared in their places.
  public TrainingSettings over(TrainingSettings recipe) {
    TrainingSettings settings = recipe;
    if (learningRate.isPresent()) {
      settings =
          settings.withOptimizer(settings.optimizer().withLearningRate(learningRate.getAsDouble()));
    }
    if (temperature.isPresent()) {
      settings = settings.withModel(settings.model().withTemperature(temperature.getAsDouble()));
    }
    if (members.isPresent()) {
      settings = settings.withMembers(members.getAsInt());
    }
    if (features) {
      settings = settings.withOwnDropout(Math.max(settings.ownDropout(), OWN_DROPOUT));
    }
    return secondTargetWeight.isPresent()
        ? settings.withSecondTargetWeight(secondTargetWeight.getAsDouble())
        : settings;
  }
}
