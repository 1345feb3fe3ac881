package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.SeriesEntries;
import dev.hstu.encoder.sequence.SeriesLog;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A training with every setting on that the public recipe lacks.
class FeaturedTrainingTest {

  private static final ModelFeatures FEATURES =
      new ModelFeatures(
          List.of(new ModelFeatures.LabelColumn("genres", List.of("even", "odd"))),
          List.of(0f, 1f),
          List.of(new SeriesColumn("mood", List.of("calm", "wild"))));

  @TempDir private Path folder;
  private TrainingData data;

  /// Items and actions by turns.
  @BeforeEach
  void data() {
    TrainingData plain = TinyTraining.data(1);
    InteractionLog log = plain.log();
    float[] actions = new float[log.events()];
    for (int event = 0; event < actions.length; event++) {
      actions[event] = event % 2;
    }
    int[] items = IntStream.rangeClosed(1, TinyTraining.ITEMS).toArray();
    int[] labels = IntStream.of(items).map(item -> item % 2).toArray();
    data =
        new TrainingData(
            new InteractionLog(log.offsets(), log.items(), log.times(), actions, moods(log)),
            plain.vocabulary(),
            plain.clock(),
            new ItemLabels(items, labels));
  }

  /// One mood a user, from the beginning, by turns.
  private static SeriesLog moods(InteractionLog log) {
    int users = log.users();
    long[] always = new long[users];
    Arrays.fill(always, SeriesEntries.ALWAYS);
    return new SeriesLog(
        FEATURES.series(),
        LongStream.rangeClosed(0, users).toArray(),
        new int[users],
        IntStream.range(0, users).map(user -> TinyTraining.ITEMS + 1 + user % 2).toArray(),
        always);
  }

  @Test
  void seriesThatTheModelDoesNotReadAreRefused() {
    TrainingSettings others =
        settings().withModel(settings().model().withFeatures(FEATURES.withSeries(List.of())));
    assertThatThrownBy(() -> train("others", others, step -> {}))
        .hasMessage(
            "the data's series are [mood] and the model reads others; take its log by"
                + " DataFeatures.log");
  }

  @Test
  void seriesAreLearnt() throws IOException {
    train("one", settings(), step -> {});
    train("two", settings().withEpochs(1), step -> {});
    try (OpenModel one = ModelFolder.open(folder.resolve("one"));
        OpenModel two = ModelFolder.open(folder.resolve("two"))) {
      assertThat(one.model().network().weights().seriesEmbeddings())
          .hasSameSizeAs(two.model().network().weights().seriesEmbeddings())
          .isNotEqualTo(two.model().network().weights().seriesEmbeddings());
    }
  }

  private static TrainingSettings settings() {
    TrainingSettings plain = TinyTraining.settings();
    NetworkConfig model = plain.model();
    return plain
        .withModel(model.withFeatures(FEATURES))
        .withNegatives(5, NegativeSampling.ALL_ITEMS)
        .withSchedule(new LearningRateSchedule(2, 0.1))
        .withAverageDecay(0.5)
        .withOwnDropout(0.3)
        .withExamples(new ExampleSettings(0.5, 1.5, 0.5, ExampleSettings.EVERY_USER));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 11})
  void interruptedItEndsWithTheBitsOfAnUninterruptedOne(int killedAfter) throws IOException {
    String expected = train("whole", settings(), step -> {}).fingerprint();
    TrainingSettings often = settings().withCheckpointSeconds(0);
    assertThatThrownBy(
            () ->
                train(
                    "killed",
                    often,
                    step -> {
                      if (step == killedAfter) {
                        throw new IllegalStateException("killed");
                      }
                    }))
        .hasMessage("killed");
    TrainingResult resumed = train("killed", settings(), step -> {});
    assertThat(resumed.plan().resumedAtStep()).isEqualTo(killedAfter);
    assertThat(resumed.fingerprint()).isEqualTo(expected);
  }

  @Test
  void aScheduleOfAnotherLengthIsAnotherTraining() {
    TrainingSettings often = settings().withCheckpointSeconds(0);
    assertThatThrownBy(
            () ->
                train(
                    "killed",
                    often,
                    step -> {
                      throw new IllegalStateException("killed");
                    }))
        .hasMessage("killed");
    assertThatThrownBy(() -> train("killed", settings().withEpochs(9), step -> {}))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("epochs=3 and this run has 9");
  }

  /// With rate 1e-9 nothing moves, so that what is trained on is what was saved.
  @Test
  void goingOnFromAModelBeginsWithItsItemVectors() throws IOException {
    train("first", settings(), step -> {});
    TrainingSettings still =
        settings().withOptimizer(settings().optimizer().withLearningRate(1e-9)).withEpochs(1);
    try (OpenModel open = ModelFolder.open(folder.resolve("first"))) {
      NetworkModel first = open.model().network();
      Trainer.train(
          data,
          still,
          new TrainingStart.From(first, Optional.empty()),
          TrainingTarget.of(folder.resolve("second")),
          new TrainingListener() {},
          ModelSelection.LAST_EPOCH);
      float[] expected = first.weights().itemEmbeddings().toArray(ModelWeights.FLOAT);
      try (OpenModel second = ModelFolder.open(folder.resolve("second"))) {
        float[] found =
            second.model().network().weights().itemEmbeddings().toArray(ModelWeights.FLOAT);
        for (int i = 0; i < found.length; i++) {
          assertThat(found[i]).isCloseTo(expected[i], within(1e-6f));
        }
      }
    }
  }

  private TrainingResult train(String name, TrainingSettings settings, LongConsumer atStep)
      throws IOException {
    return Trainer.train(
        data,
        settings,
        TrainingTarget.of(folder.resolve(name)),
        new TrainingListener() {
          @Override
          public void onStep(StepProgress progress) {
            atStep.accept(progress.step());
          }
        },
        ModelSelection.LAST_EPOCH);
  }
}
