package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.compute.torch.MicroBatches;
import dev.hstu.encoder.model.HstuConfig;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Presets are the public experiments; settings out of range are refused by name.
class TrainingSettingsTest {

  @Test
  void thePublicPresetsHaveThePublicShapesAndRates() {
    TrainingSettings large = TrainingPresets.named("hstu-large", 1682);
    assertThat(large.model()).isEqualTo(new HstuConfig(1682, 200, 11, 50, 2, 25, 25, 8, 0.05, 1));
    assertThat(TrainingPresets.named("hstu", 1682).model())
        .isEqualTo(new HstuConfig(1682, 200, 11, 50, 1, 50, 50, 2, 0.05, 1));
    assertThat(large.optimizer())
        .isEqualTo(new OptimizerSettings(1e-3, 0.9, 0.98, 1e-8, 0, TableOptimizer.ADAMW));
    assertThat(large.epochs()).isEqualTo(101);
    assertThat(large.batchUsers()).isEqualTo(128);
    assertThat(large.negatives()).isEqualTo(128);
    assertThat(large.sampling()).isEqualTo(NegativeSampling.PER_POSITION);
    assertThat(large.dropout()).isEqualTo(0.2);
  }

  @Test
  void everyNamedPresetExistsAndOthersAreRefused() {
    assertThat(TrainingPresets.NAMES)
        .allSatisfy(name -> assertThat(TrainingPresets.named(name, 9).preset()).isEqualTo(name));
    assertThatThrownBy(() -> TrainingPresets.named("huge", 9))
        .hasMessage(
            "preset 'huge' is not known; choose one of [hstu, hstu-large, best, sasrec, small]");
  }

  static Stream<Arguments> outOfRange() {
    return Stream.of(
        change("epochs=0", s -> s.withEpochs(0)),
        change("batchUsers=0", s -> s.withBatchUsers(0)),
        change("negatives=8193", s -> s.withNegatives(8_193, NegativeSampling.PER_USER)),
        change("dropout=1.0", s -> s.withDropout(1)),
        change("dropout=NaN", s -> s.withDropout(Double.NaN)),
        change("secondTargetWeight=1.5", s -> s.withSecondTargetWeight(1.5)),
        change("secondTargetWeight=-0.1", s -> s.withSecondTargetWeight(-0.1)),
        change("secondTargetWeight=NaN", s -> s.withSecondTargetWeight(Double.NaN)),
        change("temperature=0.0", s -> s.withModel(s.model().withTemperature(0))),
        change("holdOut=3", s -> s.withHoldOut(3)),
        change("threads=0", s -> s.withDevice("cpu", 0)),
        change("checkpointSeconds=-1", s -> s.withCheckpointSeconds(-1)),
        change("averageDecay=1.0", s -> s.withAverageDecay(1)),
        change("ownDropout=1.0", s -> s.withOwnDropout(1)),
        change("earlierWindows=2.0", s -> s.withExamples(s.examples().withEarlierWindows(2))),
        change("longUserEvents=0", s -> s.withExamples(s.examples().withLongUserEvents(0))),
        change("finalShare=-1.0", s -> s.withSchedule(new LearningRateSchedule(0, -1))),
        change("learningRate=0.0", s -> s.withOptimizer(s.optimizer().withLearningRate(0))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outOfRange")
  void valuesOutOfRangeAreNamed(String named, UnaryOperator<TrainingSettings> change) {
    TrainingSettings settings = TrainingPresets.named("small", 9);
    assertThatThrownBy(() -> change.apply(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(named + " must be ");
  }

  /// In either order.
  @Test
  void aSecondTargetIsRefusedWithTheSoftmaxOverAllItems() {
    TrainingSettings settings = TrainingPresets.named("small", 9);
    String message =
        "secondTargetWeight=0.2 must be 0 with the softmax over all items, which has one target a"
            + " position; draw negatives per user, per position or in the batch";
    TrainingSettings second = settings.withSecondTargetWeight(0.2);
    assertThatThrownBy(() -> second.withNegatives(9, NegativeSampling.ALL_ITEMS))
        .hasMessage(message);
    TrainingSettings allItems = settings.withNegatives(9, NegativeSampling.ALL_ITEMS);
    assertThatThrownBy(() -> allItems.withSecondTargetWeight(0.2)).hasMessage(message);
    assertThat(allItems.withSecondTargetWeight(0)).isEqualTo(allItems);
  }

  @Test
  void anItemTableThatNoArrayHoldsIsRefusedWithTheWidestThatFits() {
    TrainingSettings settings = TrainingPresets.named("small", 10_000_000);
    HstuConfig wide = new HstuConfig(10_000_000, 64, 2, 256, 1, 32, 32, 2, 0.05, 1);
    assertThatThrownBy(() -> settings.withModel(wide))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("embeddingDim=256 must be at most 214 for a table of 10000000 items");
  }

  static Stream<Arguments> changes() {
    HstuConfig shapes = new HstuConfig(9, 8, 2, 8, 2, 4, 4, 2, 0.05, 1);
    return Stream.of(
        change("model", s -> s.withModel(shapes)),
        change("model.temperature", s -> s.withModel(s.model().withTemperature(0.7))),
        change("secondTargetWeight", s -> s.withSecondTargetWeight(0.7)),
        change("epochs", s -> s.withEpochs(7)),
        change("batchUsers", s -> s.withBatchUsers(7)),
        change("negatives", s -> s.withNegatives(7, s.sampling())),
        change("dropout", s -> s.withDropout(0.7)),
        change("optimizer", s -> s.withOptimizer(s.optimizer().withLearningRate(0.7))),
        change("schedule", s -> s.withSchedule(LearningRateSchedule.COSINE)),
        change("averageDecay", s -> s.withAverageDecay(0.7)),
        change("ownDropout", s -> s.withOwnDropout(0.7)),
        change("examples", s -> s.withExamples(s.examples().withLeastAction(3))),
        change("holdOut", s -> s.withHoldOut(2)),
        change("seed", s -> s.withSeed(7)),
        change("device", s -> s.withDevice("gpu7", s.threads())),
        change("threads", s -> s.withDevice(s.device(), 777)),
        change("microBatches", s -> s.withMicroBatches(new MicroBatches(80, 20))),
        change("checkpointSeconds", s -> s.withCheckpointSeconds(7)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void aChangeIsOfTheNamedFieldAlone(String named, UnaryOperator<TrainingSettings> change) {
    TrainingSettings settings = TrainingPresets.named("small", 9);
    TrainingSettings changed = change.apply(settings);
    assertThat(changed).isNotEqualTo(settings);
    assertThat(changed).usingRecursiveComparison().ignoringFields(named).isEqualTo(settings);
  }

  private static Arguments change(String named, UnaryOperator<TrainingSettings> change) {
    return Arguments.of(named, change);
  }
}
