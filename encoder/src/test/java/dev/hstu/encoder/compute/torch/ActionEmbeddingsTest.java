package dev.hstu.encoder.compute.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Actions in both engines: the same embeddings, moved by what was done and by nothing else, and
/// the gradient of their table is the slope of the loss.
class ActionEmbeddingsTest {

  private static final ModelFeatures RATINGS =
      new ModelFeatures(List.of(), List.of(1f, 2f, 3f, 4f, 5f));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void bothEnginesGiveTheSameEmbeddings(long seed) {
    Random random = new Random(seed);
    HstuConfig config = RandomHistories.config(random).withFeatures(RATINGS);
    NetworkModel model = RandomModels.model(config, seed);
    List<UserHistory> users = new ArrayList<>();
    for (UserHistory history : RandomHistories.histories(random, config, 6)) {
      users.add(users.size() == 2 ? history : rated(history, random));
    }
    float[][] expected = encode(model, users, Engine.REFERENCE);
    float[][] found = encode(model, users, Engine.DJL);
    for (int u = 0; u < users.size(); u++) {
      assertThat(found[u]).usingComparatorWithPrecision(2e-4f).containsExactly(expected[u]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"REFERENCE", "DJL"})
  void whatWasDoneMovesTheUserAndWhatIsUnknownIsAsNothingSaid(Engine engine) {
    HstuConfig config = RandomModels.config(9, 6, 2, 4, 2, 3, 2, 2).withFeatures(RATINGS);
    NetworkModel model = RandomModels.model(config, 3);
    int[] items = {3, 1, 4};
    long[] times = {10, 20, 30};
    UserHistory silent = new UserHistory(items, times, 40);
    UserHistory unknown = new UserHistory(items, times, new float[] {7, Float.NaN, 2.5f}, 40);
    UserHistory liked = new UserHistory(items, times, new float[] {5, 5, 5}, 40);
    float[][] users = encode(model, List.of(silent, unknown, liked), engine);
    assertThat(users[1]).usingComparatorWithPrecision(1e-5f).containsExactly(users[0]);
    assertThat(users[2]).usingComparatorWithPrecision(1e-2f).isNotEqualTo(users[0]);
  }

  @Test
  void theGradientIsTheSlopeOfTheLoss() {
    HstuConfig config = RandomModels.config(7, 6, 2, 4, 2, 3, 2, 2).withFeatures(RATINGS);
    NetworkModel model = RandomModels.model(config, 5);
    Random random = new Random(5);
    List<UserHistory> histories = new ArrayList<>();
    for (int u = 0; u < 4; u++) {
      histories.add(rated(RandomHistories.history(random, config, 5), random));
    }
    HistoryBatch batch = HistoryBatch.of(histories, config.window());
    int rows = batch.items().length;
    int[] targets = random.ints(rows, 1, 8).toArray();
    SupervisedBatch supervised =
        new SupervisedBatch(batch, targets, random.ints(rows * 5L, 1, 8).toArray(), 5);
    TorchLossAndGradients engine = new TorchLossAndGradients();
    double[] gradient =
        engine
            .compute(config, model.weights(), supervised)
            .gradients()
            .get(CheckpointNames.ACTIONS);
    float[] table = model.weights().actionEmbeddings();
    float step = 1e-3f;
    for (int i = 0; i < table.length; i++) {
      float value = table[i];
      table[i] = value + step;
      double above = engine.compute(config, model.weights(), supervised).loss();
      table[i] = value - step;
      double below = engine.compute(config, model.weights(), supervised).loss();
      table[i] = value;
      assertThat(gradient[i]).isCloseTo((above - below) / (2 * step), within(2e-2));
    }
  }

  private static UserHistory rated(UserHistory history, Random random) {
    float[] actions = new float[history.length()];
    for (int e = 0; e < actions.length; e++) {
      actions[e] = 1 + random.nextInt(5);
    }
    return new UserHistory(history.items(), history.times(), actions, history.requestTime());
  }

  private static float[][] encode(NetworkModel model, List<UserHistory> users, Engine engine) {
    try (UserEncoder encoder = Encoder.open(model, EngineChoice.of(engine).withThreads(1))) {
      return encoder.encode(users);
    }
  }
}
