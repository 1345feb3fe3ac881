package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Initial values have the distributions of HSTU.md, and streams of random numbers don't repeat.
class InitialWeightsTest {

  private final HstuConfig config = new HstuConfig(900, 200, 11, 50, 2, 25, 20, 2, 0.05, 1);
  private final ModelWeights weights =
      InitialWeights.draw(config, new RandomStreams(42).initialWeights());

  @Test
  void everyTensorHasItsSpread() {
    weights.requireShapes(config);
    float[] items = weights.itemEmbeddings().toArray(ModelWeights.FLOAT);
    assertThat(deviation(items, 50)).isCloseTo(0.02 * 0.8796, within(0.0005)); // cut at 2
    assertThat(deviation(weights.positions(), 0)).isCloseTo(Math.sqrt(2.0 / 261), within(0.002));
    HstuBlock block = weights.blocks(HstuBlock.class).getLast();
    assertThat(deviation(block.projection(), 0)).isCloseTo(0.02, within(0.001));
    assertThat(deviation(block.output(), 0))
        .isCloseTo(Math.sqrt(6.0 / 90) / Math.sqrt(3), within(0.005));
    assertThat(largest(block.output())).isLessThanOrEqualTo((float) Math.sqrt(6.0 / 90));
    assertThat(largest(block.outputBias())).isBetween(0.1f, (float) (1 / Math.sqrt(40)));
    assertThat(deviation(block.positionBias(), 0)).isCloseTo(0.02, within(0.002));
    assertThat(deviation(block.timeBias(), 0)).isCloseTo(0.02, within(0.004));
  }

  @Test
  void noItemLiesBeyondTheCutAndPaddingIsZero() {
    float[] items = weights.itemEmbeddings().toArray(ModelWeights.FLOAT);
    assertThat(largest(items)).isBetween(0.039f, 0.04f);
    assertThat(IntStream.range(0, 50).allMatch(i -> items[i] == 0)).isTrue();
    assertThat(IntStream.range(50, 100).noneMatch(i -> items[i] == 0)).isTrue();
  }

  @Test
  void streamsOfOtherPurposesAndPlacesAreOthers() {
    RandomStreams streams = new RandomStreams(42);
    assertThat(
            IntStream.of(
                streams.initialWeights().nextInt(),
                streams.order(0).nextInt(),
                streams.order(1).nextInt(),
                streams.negatives(0, 0).nextInt(),
                streams.negatives(0, 1).nextInt(),
                streams.negatives(1, 0).nextInt(),
                streams.dropout(0, 0).nextInt(),
                new RandomStreams(43).order(0).nextInt()))
        .doesNotHaveDuplicates();
    assertThat(streams.dropout(7, 3).nextLong())
        .isEqualTo(new RandomStreams(42).dropout(7, 3).nextLong());
  }

  private static double deviation(float[] values, int from) {
    return Math.sqrt(
        IntStream.range(from, values.length)
            .mapToDouble(i -> (double) values[i] * values[i])
            .average()
            .orElseThrow());
  }

  private static float largest(float[] values) {
    return (float)
        IntStream.range(0, values.length).mapToDouble(i -> Math.abs(values[i])).max().orElseThrow();
  }
}
