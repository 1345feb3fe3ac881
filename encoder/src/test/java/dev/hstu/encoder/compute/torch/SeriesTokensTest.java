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
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.SeriesEntries;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tokens of slow series in both engines: the same embeddings, moved by what is known of the user,
/// and the gradients of both tables are the slopes of the loss.
class SeriesTokensTest {

  private static final ModelFeatures SERIES =
      ModelFeatures.NONE.withSeries(
          List.of(
              new SeriesColumn("age", List.of("young", "old")),
              new SeriesColumn("language", List.of("de", "fr", "it"))));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void bothEnginesGiveTheSameEmbeddings(long seed) {
    Random random = new Random(seed);
    HstuConfig config = RandomModels.config(9, 12, 2, 4, 2, 3, 2, 2).withFeatures(SERIES);
    NetworkModel model = RandomModels.model(config, seed);
    List<UserHistory> users = new ArrayList<>();
    for (UserHistory history : RandomHistories.histories(random, config, 6)) {
      users.add(users.size() == 2 ? history : described(history, config, random));
    }
    float[][] expected = encode(model, users, Engine.REFERENCE);
    float[][] found = encode(model, users, Engine.DJL);
    for (int u = 0; u < users.size(); u++) {
      assertThat(found[u]).usingComparatorWithPrecision(2e-4f).containsExactly(expected[u]);
    }
    float[] undescribed = encode(model, List.of(plain(users.getFirst())), Engine.DJL)[0];
    assertThat(undescribed).usingComparatorWithPrecision(1e-3f).isNotEqualTo(found[0]);
  }

  @Test
  void theGradientsAreTheSlopesOfTheLoss() {
    HstuConfig config = RandomModels.config(7, 6, 2, 4, 2, 3, 2, 2).withFeatures(SERIES);
    NetworkModel model = RandomModels.model(config, 5);
    Random random = new Random(5);
    List<UserHistory> histories = new ArrayList<>();
    for (int u = 0; u < 4; u++) {
      histories.add(described(RandomHistories.history(random, config, 5), config, random));
    }
    HistoryBatch batch = HistoryBatch.of(histories, config.window());
    int rows = batch.items().length;
    int[] next = random.ints(rows, 1, config.tokenRows() + 1).toArray();
    SupervisedBatch supervised =
        new SupervisedBatch(batch, next, random.ints(rows * 5L, 1, 8).toArray(), 5);
    TorchLossAndGradients engine = new TorchLossAndGradients();
    double[] gradient =
        engine.compute(config, model.weights(), supervised).gradients().get(CheckpointNames.SERIES);
    float[] table = model.weights().seriesEmbeddings();
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

  private static UserHistory plain(UserHistory history) {
    return new UserHistory(history.items(), history.times(), history.requestTime());
  }

  private static UserHistory described(UserHistory history, HstuConfig config, Random random) {
    int first = config.items() + 1;
    SeriesEntries entries =
        new SeriesEntries(
            new int[] {0, 1, 1},
            new int[] {first + random.nextInt(2), first + 2, first + 3 + random.nextInt(2)},
            new long[] {SeriesEntries.ALWAYS, history.times()[0], history.requestTime()});
    return new UserHistory(
        history.items(), history.times(), history.actions(), history.requestTime(), entries);
  }

  private static float[][] encode(Model model, List<UserHistory> users, Engine engine) {
    try (UserEncoder encoder = Encoder.open(model, EngineChoice.of(engine).withThreads(1))) {
      return encoder.encode(users);
    }
  }
}
