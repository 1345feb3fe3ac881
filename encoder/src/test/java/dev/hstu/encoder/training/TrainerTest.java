package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DirectoryLockedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A training gives the same bits for the same seed, interrupted or not; keeps the epoch that
/// scores best; and stops with a reason.
class TrainerTest {

  private static final TrainingListener SILENT = new TrainingListener() {};

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void nameTheModel() {
    out = folder.resolve("model");
  }

  @Test
  void theSameSeedGivesTheSameModelAndAnotherSeedAnother() throws IOException {
    String first = train("first", TinyTraining.settings()).fingerprint();
    assertThat(train("second", TinyTraining.settings()).fingerprint()).isEqualTo(first);
    assertThat(train("third", TinyTraining.settings().withSeed(43)).fingerprint())
        .isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5, 8, 11})
  void anInterruptedTrainingEndsWithTheBitsOfAnUninterruptedOne(int killedAfter)
      throws IOException {
    String expected = train("whole", TinyTraining.settings()).fingerprint();
    killAfter(killedAfter, TinyTraining.settings().withCheckpointSeconds(0));
    // Killed again later without a further checkpoint: the first one serves once more.
    killAfter(Math.min(12, killedAfter + 2), TinyTraining.settings());
    TrainingResult resumed = resume(TinyTraining.settings(), ModelSelection.LAST_EPOCH);
    assertThat(resumed.plan().resumedAtStep()).isEqualTo(killedAfter);
    assertThat(resumed.fingerprint()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void aTrainingWithRowWiseMomentsResumesToTheSameBits(int killedAfter) throws IOException {
    TrainingSettings rowWise =
        TinyTraining.settings()
            .withOptimizer(OptimizerSettings.PUBLIC.withTable(TableOptimizer.ROW_WISE_ADAMW));
    String expected = train("whole", rowWise).fingerprint();
    killAfter(killedAfter, rowWise.withCheckpointSeconds(0));
    Path checkpoint = Trainer.stateFolder(out).resolve("checkpoint.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(checkpoint)) {
      file.tensor(
          "second." + CheckpointNames.ITEM_EMBEDDINGS, DType.F32, TinyTraining.ITEMS + 1, 1);
    }
    TrainingResult resumed = resume(rowWise, ModelSelection.LAST_EPOCH);
    assertThat(resumed.plan().resumedAtStep()).isEqualTo(killedAfter);
    assertThat(resumed.fingerprint())
        .isEqualTo(expected)
        .isNotEqualTo(train("plain", TinyTraining.settings()).fingerprint());
  }

  /// With `E = 4` some of the users are left out of an epoch; which ones goes by the epoch.
  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void aTrainingThatSamplesLongUsersHasFewerStepsAndResumesToTheSameBits(int killedAfter)
      throws IOException {
    TrainingSettings sampled =
        TinyTraining.settings().withExamples(ExampleSettings.PUBLIC.withLongUserEvents(4));
    TrainingResult whole = train("whole", sampled);
    assertThat(whole.plan().steps()).isLessThan(12).isEqualTo(3L * whole.plan().stepsPerEpoch());
    killAfter(killedAfter, sampled.withCheckpointSeconds(0));
    TrainingResult resumed = resume(sampled, ModelSelection.LAST_EPOCH);
    assertThat(resumed.plan().resumedAtStep()).isEqualTo(killedAfter);
    assertThat(resumed.fingerprint()).isEqualTo(whole.fingerprint());
  }

  @Test
  void aTrainingWithInBatchNegativesLearnsAndResumesToTheSameBits() throws IOException {
    TrainingSettings inBatch = TinyTraining.settings().withNegatives(5, NegativeSampling.IN_BATCH);
    String expected = train("whole", inBatch).fingerprint();
    killAfter(5, inBatch.withCheckpointSeconds(0));
    assertThat(resume(inBatch, ModelSelection.LAST_EPOCH).fingerprint())
        .isEqualTo(expected)
        .isNotEqualTo(train("uniform", TinyTraining.settings()).fingerprint());
  }

  @ParameterizedTest
  @EnumSource(names = "ALL_ITEMS", mode = EnumSource.Mode.EXCLUDE)
  void aTrainingWithSecondTargetsLearnsAndResumesToTheSameBits(NegativeSampling sampling)
      throws IOException {
    TrainingSettings plain = TinyTraining.settings().withNegatives(5, sampling);
    TrainingSettings second = plain.withSecondTargetWeight(0.2);
    TrainingResult whole = train("whole", second);
    assertThat(whole.loss()).isGreaterThan(train("plain", plain).loss());
    killAfter(5, second.withCheckpointSeconds(0));
    assertThatThrownBy(() -> resume(plain, ModelSelection.LAST_EPOCH))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("was begun with secondTargetWeight=0.2 and this run has 0.0")
        .hasMessageContaining("give another --out, or begin anew with --restart");
    assertThat(resume(second, ModelSelection.LAST_EPOCH).fingerprint())
        .isEqualTo(whole.fingerprint());
  }

  @Test
  void aCheckpointOfAnotherTemperatureIsRefused() {
    TrainingSettings often = TinyTraining.settings().withCheckpointSeconds(0);
    killAfter(2, often);
    assertThatThrownBy(() -> train("model", often.withModel(often.model().withTemperature(0.07))))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("\"temperature\":0.05")
        .hasMessageContaining("\"temperature\":0.07");
  }

  @Test
  void theBestEpochIsKeptAcrossAnInterruption() throws IOException {
    ModelSelection second = scores(0.1, 0.9, 0.3);
    TrainingResult whole =
        Trainer.train(
            TinyTraining.data(1),
            TinyTraining.settings(),
            TrainingTarget.of(folder.resolve("whole")),
            SILENT,
            second);
    assertThat(whole.epoch()).isEqualTo(2);
    assertThat(whole.score()).hasValue(0.9);
    assertThat(whole.fingerprint())
        .isEqualTo(train("two", TinyTraining.settings().withEpochs(2)).fingerprint());
    TrainingSettings often = TinyTraining.settings().withCheckpointSeconds(0);
    assertThatThrownBy(
            () ->
                Trainer.train(
                    TinyTraining.data(1), often, TrainingTarget.of(out), killer(9), second))
        .isInstanceOf(Killed.class);
    TrainingResult resumed = resume(TinyTraining.settings(), second);
    assertThat(resumed.epoch()).isEqualTo(2);
    assertThat(resumed.fingerprint()).isEqualTo(whole.fingerprint());
  }

  @Test
  void theModelAppearsWholeAndTheCheckpointGoes() throws IOException {
    TrainingResult result = train("model", TinyTraining.settings().withCheckpointSeconds(0));
    assertThat(Trainer.stateFolder(out)).doesNotExist();
    try (OpenModel open = ModelFolder.open(out)) {
      assertThat(open.model().fingerprint()).isEqualTo(result.fingerprint());
      assertThat(open.model().config()).isEqualTo(TinyTraining.settings().model());
    }
  }

  @Test
  void progressIsToldAndUsersWithTooFewEventsAreCounted() throws IOException {
    List<Object> told = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStart(TrainingPlan plan) {
            told.add(plan);
          }

          @Override
          public void onStep(StepProgress progress) {
            told.add(progress);
          }

          @Override
          public void onEpoch(EpochSummary summary) {
            told.add(summary);
          }
        };
    Trainer.train(
        TinyTraining.data(1),
        TinyTraining.settings(),
        TrainingTarget.of(out),
        listener,
        ModelSelection.LAST_EPOCH);
    assertThat(told).hasSize(1 + 12 + 3);
    TrainingPlan plan = (TrainingPlan) told.getFirst();
    assertThat(plan.users()).isEqualTo(TinyTraining.USERS - 2);
    assertThat(plan.skippedUsers()).isEqualTo(2);
    assertThat(plan.steps()).isEqualTo(12);
    StepProgress last = (StepProgress) told.getLast();
    assertThat(last.step()).isEqualTo(12);
    assertThat(last.epoch()).isEqualTo(3);
    assertThat(last.usersPerSecond()).isPositive();
    assertThat(last.secondsLeft()).isZero();
  }

  @Test
  void thePlantedPatternIsLearnt() throws IOException {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochSummary summary) {
            losses.add(summary.loss());
          }
        };
    TrainingSettings settings =
        TinyTraining.settings()
            .withEpochs(60)
            .withOptimizer(OptimizerSettings.PUBLIC.withLearningRate(1e-2));
    Trainer.train(
        TinyTraining.data(1),
        settings,
        TrainingTarget.of(out),
        listener,
        ModelSelection.LAST_EPOCH);
    assertThat(losses.getLast()).isLessThan(0.3 * losses.getFirst());
  }

  @Test
  void aLossThatIsNoNumberStopsTheTrainingWithStepAndRate() {
    NetworkConfig shapes = TinyTraining.settings().model();
    TrainingSettings cold =
        TinyTraining.settings()
            .withModel(new HstuConfig(shapes.items(), 8, 2, 8, 2, 4, 4, 2, Double.MIN_NORMAL, 1));
    assertThatThrownBy(() -> train("model", cold))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("step 1 (epoch 1): loss NaN")
        .hasMessageContaining("learning rate 0.001")
        .hasMessageContaining("no checkpoint was written yet");
    assertThat(out).doesNotExist();
  }

  @Test
  void aCheckpointOfAnotherRecipeOrOtherDataIsRefused() {
    TrainingSettings often = TinyTraining.settings().withCheckpointSeconds(0);
    killAfter(2, often);
    assertThatThrownBy(() -> train("model", often.withDropout(0.5)))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("checkpoint.safetensors was begun with dropout=0.2")
        .hasMessageContaining("0.5");
    assertThatThrownBy(
            () ->
                Trainer.train(
                    TinyTraining.data(2),
                    often,
                    TrainingTarget.of(out),
                    SILENT,
                    ModelSelection.LAST_EPOCH))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("other data");
  }

  @Test
  void anExistingModelIsRefusedBeforeAnyWork() throws IOException {
    Files.createDirectory(out);
    assertThatThrownBy(() -> train("model", TinyTraining.settings()))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(Trainer.stateFolder(out)).doesNotExist();
  }

  @Test
  void aRestartDropsTheCheckpoint() throws IOException {
    killAfter(2, TinyTraining.settings().withCheckpointSeconds(0));
    TrainingTarget anew = TrainingTarget.of(out).withRestart(true);
    assertThat(train(anew).plan().resumedAtStep()).isZero();
  }

  @Test
  void aRestartSparesATrainingThatRunsAndOneWhoseModelExists() throws IOException {
    killAfter(2, TinyTraining.settings().withCheckpointSeconds(0));
    TrainingTarget anew = TrainingTarget.of(out).withRestart(true);
    Path checkpoint = Trainer.stateFolder(out).resolve("checkpoint.safetensors");
    try (DirectoryLock running = DirectoryLock.acquire(Trainer.stateFolder(out))) {
      assertThat(running.directory()).exists();
      assertThatThrownBy(() -> train(anew)).isInstanceOf(DirectoryLockedException.class);
      assertThat(checkpoint).exists();
    }
    Files.createDirectory(out);
    assertThatThrownBy(() -> train(anew)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(checkpoint).exists();
  }

  @Test
  void companionsAppearWithTheModelOrNeitherDoes() throws IOException {
    TrainingTarget failing =
        TrainingTarget.of(out)
            .withCompanions(
                result -> {
                  throw new Killed();
                });
    assertThatThrownBy(() -> train(failing)).isInstanceOf(Killed.class);
    assertThat(out).doesNotExist();

    TrainingTarget told =
        TrainingTarget.of(out)
            .withCompanions(
                result -> Map.of("note", result.fingerprint().getBytes(StandardCharsets.UTF_8)));
    String fingerprint = train(told).fingerprint();
    assertThat(out.resolve("note")).hasContent(fingerprint);
  }

  @Test
  void oneWorkerGivesTheSameUpToRounding() throws IOException {
    train("two", TinyTraining.settings());
    train("one", TinyTraining.settings().withDevice("cpu", 1));
    try (OpenModel two = ModelFolder.open(folder.resolve("two"));
        OpenModel one = ModelFolder.open(folder.resolve("one"))) {
      assertThat(one.model().network().weights().positions())
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(two.model().network().weights().positions());
    }
  }

  private static TrainingResult train(TrainingTarget target) throws IOException {
    return Trainer.train(
        TinyTraining.data(1), TinyTraining.settings(), target, SILENT, ModelSelection.LAST_EPOCH);
  }

  private TrainingResult train(String name, TrainingSettings settings) throws IOException {
    return Trainer.train(
        TinyTraining.data(1),
        settings,
        TrainingTarget.of(folder.resolve(name)),
        SILENT,
        ModelSelection.LAST_EPOCH);
  }

  private TrainingResult resume(TrainingSettings settings, ModelSelection selection)
      throws IOException {
    return Trainer.train(TinyTraining.data(1), settings, TrainingTarget.of(out), SILENT, selection);
  }

  private void killAfter(int step, TrainingSettings settings) {
    assertThatThrownBy(
            () ->
                Trainer.train(
                    TinyTraining.data(1),
                    settings,
                    TrainingTarget.of(out),
                    killer(step),
                    ModelSelection.LAST_EPOCH))
        .isInstanceOf(Killed.class);
  }

  private static TrainingListener killer(int step) {
    return new TrainingListener() {
      @Override
      public void onStep(StepProgress progress) {
        if (progress.step() == step) {
          throw new Killed();
        }
      }
    };
  }

  private static ModelSelection scores(double... byEpoch) {
    return new ModelSelection() {
      @Override
      public boolean isDue(int epoch, int epochs) {
        return true;
      }

      @Override
      public double score(int epoch, Model candidate, UserEncoder encoder) {
        assertThat(encoder.config()).isEqualTo(candidate.config());
        return byEpoch[epoch - 1];
      }
    };
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
