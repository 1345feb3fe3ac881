package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A training that starts from a model: rows and moments go by id, new items begin as in a new
/// model, and an interruption leaves no trace in the bits.
class ContinuedTrainingTest {

  private static final int GROWN = TinyTraining.ITEMS + 3;
  private static final TrainingListener SILENT = new TrainingListener() {};

  @TempDir private Path folder;

  @BeforeEach
  void trainTheFirst() throws IOException {
    Trainer.train(
        TinyTraining.data(1),
        TinyTraining.settings(),
        TrainingTarget.of(folder.resolve("first")).withState(folder.resolve("first.state")),
        SILENT,
        ModelSelection.LAST_EPOCH);
  }

  @Test
  void beforeTheFirstStepAGrownModelIsTheOldOneOnOldItems() throws IOException {
    try (OpenModel open = ModelFolder.open(folder.resolve("first"))) {
      NetworkModel old = open.model().network();
      // The grown vocabulary stands in another order: rows must go by id.
      TrainingData data = reordered(TinyTraining.data(2, GROWN));
      TrainingState moments = TrainingState.read(folder.resolve("first.state"), old);
      Optimisation.State state =
          FirstState.of(TrainingStart.from(old, moments), settings(GROWN), data);
      int d = old.config().embeddingDim();
      assertThat(row(state.weights(), 0, d)).containsExactly(row(old.weights(), 0, d));
      int kept = 0;
      for (int row = 0; row < GROWN; row++) {
        int was = old.vocabulary().rowOf(data.vocabulary().longAt(row));
        if (was >= 0) {
          kept++;
          assertThat(row(state.weights(), row + 1, d))
              .containsExactly(row(old.weights(), was + 1, d));
          assertThat(row(state.firstMoments(), row + 1, d))
              .containsExactly(row(moments.firstMoments(), was + 1, d));
          assertThat(row(state.secondMoments(), row + 1, d))
              .containsExactly(row(moments.secondMoments(), was + 1, d));
        } else {
          assertThat(row(state.firstMoments(), row + 1, d)).containsOnly(0f);
          assertThat(row(state.secondMoments(), row + 1, d)).containsOnly(0f);
          for (float value : row(state.weights(), row + 1, d)) {
            assertThat(value).isNotZero().isBetween(-0.04f, 0.04f);
          }
        }
      }
      assertThat(kept).isEqualTo(TinyTraining.ITEMS);
      assertThat(state.weights().positions()).containsExactly(old.weights().positions());
    }
  }

  /// The same histories of old items give the same embeddings to the bit.
  @Test
  void beforeTheFirstStepUsersOfOldItemsAreWhereTheyWere() throws IOException {
    try (OpenModel open = ModelFolder.open(folder.resolve("first"))) {
      NetworkModel old = open.model().network();
      TrainingData data = TinyTraining.data(2, GROWN);
      Optimisation.State state =
          FirstState.of(new TrainingStart.From(old, Optional.empty()), settings(GROWN), data);
      NetworkModel grown =
          new NetworkModel(
              settings(GROWN).model(), data.clock(), data.vocabulary(), state.weights());
      List<UserHistory> histories =
          RandomHistories.histories(new Random(7), old.config(), TinyTraining.USERS);
      assertThat(embeddings(grown, histories)).isDeepEqualTo(embeddings(old, histories));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void aKilledGrownTrainingEndsWithTheBitsOfAnUninterruptedOne(int killedAfter) throws IOException {
    String expected = continued("whole", settings(GROWN), SILENT).fingerprint();
    assertThatThrownBy(
            () ->
                continued("killed", settings(GROWN).withCheckpointSeconds(0), killer(killedAfter)))
        .isInstanceOf(Killed.class);
    TrainingResult resumed = continued("killed", settings(GROWN), SILENT);
    assertThat(resumed.plan().resumedAtStep()).isEqualTo(killedAfter);
    assertThat(resumed.fingerprint()).isEqualTo(expected);
    assertThat(folder.resolve("killed.state"))
        .hasSameBinaryContentAs(folder.resolve("whole.state"));
  }

  @Test
  void updatesAreCountedOnAndMomentsMatter() throws IOException {
    TrainingResult warm = continued("warm", settings(GROWN), SILENT);
    try (OpenModel open = ModelFolder.open(folder.resolve("first"));
        OpenModel second = ModelFolder.open(warm.model())) {
      assertThat(
              TrainingState.read(folder.resolve("warm.state"), second.model().network()).updates())
          .isEqualTo(24);
      TrainingResult cold =
          Trainer.train(
              TinyTraining.data(2, GROWN),
              settings(GROWN),
              new TrainingStart.From(open.model().network(), Optional.empty()),
              TrainingTarget.of(folder.resolve("cold")),
              SILENT,
              ModelSelection.LAST_EPOCH);
      assertThat(cold.fingerprint()).isNotEqualTo(warm.fingerprint());
    }
  }

  @Test
  void aCheckpointOfAnotherStartIsRefused() {
    assertThatThrownBy(
            () -> continued("mixed", settings(GROWN).withCheckpointSeconds(0), killer(2)))
        .isInstanceOf(Killed.class);
    assertThatThrownBy(
            () ->
                Trainer.train(
                    TinyTraining.data(2, GROWN),
                    settings(GROWN),
                    TrainingTarget.of(folder.resolve("mixed")),
                    SILENT,
                    ModelSelection.LAST_EPOCH))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("was begun with start=")
        .hasMessageContaining("\"anew\"");
  }

  @Test
  void rowWiseMomentsGoByIdAndThoseOfTheOtherKindAreRefused() throws IOException {
    try (OpenModel open = ModelFolder.open(folder.resolve("first"))) {
      NetworkModel old = open.model().network();
      TrainingData data = reordered(TinyTraining.data(2, GROWN));
      TrainingState full = TrainingState.read(folder.resolve("first.state"), old);
      TrainingSettings rowWise =
          settings(GROWN)
              .withOptimizer(OptimizerSettings.PUBLIC.withTable(TableOptimizer.ROW_WISE_ADAMW));
      assertThatThrownBy(() -> FirstState.of(TrainingStart.from(old, full), rowWise, data))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has 8 second moments for each row")
          .hasMessageContaining("keeps 1; train with the state's optimiser");
      float[] rows = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
      TrainingState moments =
          new TrainingState(
              old.fingerprint(),
              full.updates(),
              full.firstMoments(),
              full.secondMoments().withItems(MemorySegment.ofArray(rows)));
      Optimisation.State state = FirstState.of(TrainingStart.from(old, moments), rowWise, data);
      for (int row = 0; row < GROWN; row++) {
        int was = old.vocabulary().rowOf(data.vocabulary().longAt(row));
        assertThat(row(state.secondMoments(), row + 1, 1)).containsExactly(was < 0 ? 0 : was + 1);
      }
    }
  }

  @Test
  void otherShapesAnotherClockAndLostItemsAreRefused() throws IOException {
    try (OpenModel open = ModelFolder.open(folder.resolve("first"))) {
      TrainingStart start = new TrainingStart.From(open.model().network(), Optional.empty());
      TrainingData data = TinyTraining.data(2, GROWN);
      HstuConfig wider = RandomModels.config(GROWN, 8, 2, 10, 2, 4, 4, 2);
      assertThatThrownBy(() -> FirstState.of(start, settings(GROWN).withModel(wider), data))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("embeddingDim=8")
          .hasMessageContaining("embeddingDim=10");
      TrainingData ordered =
          new TrainingData(data.log(), data.vocabulary(), new Clock.Sequence(60));
      assertThatThrownBy(() -> FirstState.of(start, settings(GROWN), ordered))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("clock wall and the data sequence(step=60)");
      assertThatThrownBy(
              () ->
                  FirstState.of(
                      start,
                      settings(TinyTraining.ITEMS - 2),
                      TinyTraining.data(2, TinyTraining.ITEMS - 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("lack item '1010' and 1 more of the 12 items");
    }
  }

  @Test
  void theStateOfAnotherModelIsRefused() throws IOException {
    TrainingResult second = continued("second", settings(GROWN), SILENT);
    try (OpenModel open = ModelFolder.open(second.model())) {
      assertThatThrownBy(
              () -> TrainingState.read(folder.resolve("first.state"), open.model().network()))
          .isInstanceOf(CheckpointMismatchException.class)
          .hasMessageContaining("first.state belongs to model");
    }
    assertThat(Files.exists(folder.resolve("second.state"))).isTrue();
  }

  private TrainingResult continued(String name, TrainingSettings settings, TrainingListener ears)
      throws IOException {
    try (OpenModel open = ModelFolder.open(folder.resolve("first"))) {
      TrainingState moments =
          TrainingState.read(folder.resolve("first.state"), open.model().network());
      return Trainer.train(
          TinyTraining.data(2, GROWN),
          settings,
          TrainingStart.from(open.model().network(), moments),
          TrainingTarget.of(folder.resolve(name)).withState(folder.resolve(name + ".state")),
          ears,
          ModelSelection.LAST_EPOCH);
    }
  }

  private static float[][] embeddings(NetworkModel model, List<UserHistory> histories) {
    return new ReferenceEncoder(model.config(), model.weights(), Precision.FLOAT32)
        .encode(histories);
  }

  private static TrainingSettings settings(int items) {
    TrainingSettings settings = TinyTraining.settings();
    return settings.withModel(settings.model().withItems(items));
  }

  private static TrainingData reordered(TrainingData data) {
    int size = data.vocabulary().size();
    long[] ids = LongStream.range(0, size).map(row -> 1000 + (row + 5) % size).toArray();
    return new TrainingData(data.log(), IdTable.ofLongs(ids), data.clock());
  }

  private static float[] row(ModelWeights weights, int row, int d) {
    return weights
        .itemEmbeddings()
        .asSlice((long) row * d * Float.BYTES, (long) d * Float.BYTES)
        .toArray(ModelWeights.FLOAT);
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

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
