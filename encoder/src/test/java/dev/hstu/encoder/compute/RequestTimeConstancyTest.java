package dev.hstu.encoder.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The embedding of a history is constant, to the bit, within a [RequestInterval] and another one
/// in every other interval, which is what caches of embeddings stand on.
///
/// The second half holds as far as a model tells buckets apart: where two have one bias, the
/// embeddings are equal too. So this model's biases are planted, no two closer than 0.01, which
/// moves a final float32 far beyond its last bit.
class RequestTimeConstancyTest {

  private static final int HISTORIES_PER_SEED = 1_250;
  private static final HstuConfig CONFIG = RandomModels.config(30, 10, 2, 8, 2, 4, 4, 2);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void bitsAreEqualExactlyWhenBothTimesFallIntoOneInterval(long seed) {
    Random random = new Random(seed);
    ReferenceEncoder encoder =
        new ReferenceEncoder(CONFIG, distinctWeights(seed), Precision.FLOAT32);
    int equal = 0;
    for (int n = 0; n < HISTORIES_PER_SEED; n++) {
      UserHistory history = RandomHistories.history(random, CONFIG, 1 + random.nextInt(15));
      long lastEvent = history.times()[history.length() - 1];
      long one = lastEvent + later(random);
      RequestInterval interval = interval(history, one);
      long other = Math.max(lastEvent, other(interval, random));
      boolean same = interval.contains(other);
      equal += same ? 1 : 0;
      assertThat(
              Arrays.equals(embedding(encoder, history, one), embedding(encoder, history, other)))
          .as("%s at %d and %d of %s", Arrays.toString(history.times()), one, other, interval)
          .isEqualTo(same);
    }
    assertThat(equal).isBetween(HISTORIES_PER_SEED / 5, HISTORIES_PER_SEED * 4 / 5);
  }

  private static RequestInterval interval(UserHistory history, long requestTime) {
    int start = CONFIG.window().start(history.length());
    return RequestInterval.around(history.times(), start, history.length(), requestTime);
  }

  /// An end of the interval, the second beside it, or any time.
  private static long other(RequestInterval interval, Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> interval.first();
      case 1 -> interval.first() - 1;
      case 2 -> interval.last();
      case 3 -> interval.last() + 1;
      default -> interval.first() + later(random);
    };
  }

  private static long later(Random random) {
    return random.nextLong(1L << 32) >> random.nextInt(32);
  }

  private static float[] embedding(
      ReferenceEncoder encoder, UserHistory history, long requestTime) {
    return encoder
        .encode(List.of(new UserHistory(history.items(), history.times(), requestTime)))[0];
  }

  private static ModelWeights distinctWeights(long seed) {
    ModelWeights random = RandomModels.weights(CONFIG, seed);
    float[] biases = new float[HstuConfig.TIME_BUCKETS + 1];
    for (int b = 0; b < biases.length; b++) {
      biases[b] = (b % 2 == 0 ? 0.5f : -0.5f) + 0.01f * b;
    }
    List<BlockWeights> blocks =
        random.blocks(HstuBlock.class).stream()
            .<BlockWeights>map(
                block ->
                    new HstuBlock(
                        block.projection(),
                        block.output(),
                        block.outputBias(),
                        block.positionBias(),
                        biases))
            .toList();
    return new ModelWeights(random.itemEmbeddings(), random.positions(), blocks);
  }
}
