package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.hstu.encoder.compute.torch.TorchParameters;
import dev.hstu.encoder.compute.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// AdamW against steps done by hand in float64.
class AdamWTest {

  private static final OptimizerSettings RATES =
      new OptimizerSettings(0.1, 0.9, 0.98, 1e-8, 0.01, TableOptimizer.ADAMW);
  private static final double RATE = RATES.learningRate();

  private final NDManager memory = TorchRuntime.open("cpu");

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void threeStepsOfOneParameter() {
    TorchParameters parameters = parameters(1, 1);
    TorchParameters gradients = parameters.zerosLike();
    try (AdamW optimizer = optimizer(parameters)) {
      float[] slopes = {0.5f, -0.25f, 0};
      // p ← p(1 - lr·wd) - lr · m̂ / (√v̂ + eps), by hand
      double[] expected = {0.899000002, 0.871390231, 0.849771100};
      for (int step = 0; step < slopes.length; step++) {
        gradients.items().addi(slopes[step]);
        optimizer.update(memory, parameters, gradients, RATE, step + 1L);
        assertThat((double) parameters.items().getFloat(0)).isCloseTo(expected[step], within(2e-7));
      }
      assertThat((double) optimizer.firstMoments().items().getFloat(0))
          .isCloseTo(0.018000000, within(1e-8));
      assertThat((double) optimizer.secondMoments().items().getFloat(0))
          .isCloseTo(0.0060270000, within(1e-9));
    }
  }

  /// `v ← β₂·v + (1 - β₂) · mean of the row's g²`, one value for both columns of a row: of (3, 4)
  /// it is `0.02 · 12.5 = 0.25` and then, of (-1, 1), `0.98 · 0.25 + 0.02 · 1 = 0.265`.
  @Test
  void twoStepsOfATableWithOneSecondMomentARow() {
    TorchParameters parameters =
        new TorchParameters(memory.ones(new Shape(2, 2)), List.of(memory.ones(new Shape(1))));
    TorchParameters second = parameters.zerosLike().withItems(memory.zeros(new Shape(2, 1)));
    TorchParameters gradients = parameters.zerosLike();
    float[][] slopes = {{3, 4, 0, 0}, {-1, 1, 0, 2}};
    double[][] expected = {
      {0.914147186, 0.885862915, 0.999, 0.999},
      {0.878645410, 0.791387083, 0.998001, 0.893265482}
    };
    try (AdamW optimizer = new AdamW(memory, RATES, parameters.zerosLike(), second)) {
      for (int step = 0; step < slopes.length; step++) {
        gradients.items().addi(memory.create(slopes[step], new Shape(2, 2)));
        optimizer.update(memory, parameters, gradients, RATE, step + 1L);
        for (int i = 0; i < 4; i++) {
          assertThat((double) parameters.items().flatten().getFloat(i))
              .isCloseTo(expected[step][i], within(2e-7));
        }
      }
    }
    assertThat((double) second.items().getFloat(0, 0)).isCloseTo(0.265, within(1e-7));
    assertThat((double) second.items().getFloat(1, 0)).isCloseTo(0.04, within(1e-7));
    // Of all other tensors each value has its own.
    assertThat(second.dense().getFirst().getShape()).isEqualTo(new Shape(1));
  }

  @Test
  void gradientsAreZeroedAndTheirNormIsThatOfAllTogether() {
    TorchParameters parameters = parameters(1, 2, 3);
    TorchParameters gradients = parameters.zerosLike();
    try (AdamW optimizer = optimizer(parameters)) {
      gradients.items().addi(2);
      gradients.dense().get(0).addi(-3);
      gradients.dense().get(1).addi(6);
      assertThat(optimizer.update(memory, parameters, gradients, RATE, 1))
          .isCloseTo(7, within(1e-6));
      assertThat(gradients.all()).allSatisfy(g -> assertThat(g.getFloat(0)).isZero());
    }
  }

  @Test
  void aGradientThatIsNoNumberShowsInTheNorm() {
    TorchParameters parameters = parameters(1, 2);
    TorchParameters gradients = parameters.zerosLike();
    try (AdamW optimizer = optimizer(parameters)) {
      gradients.dense().get(0).addi(Float.NaN);
      assertThat(optimizer.update(memory, parameters, gradients, RATE, 1)).isNaN();
    }
  }

  @Test
  void mergingAddsAndZeroes() {
    TorchParameters gradients = parameters(1, 2);
    TorchParameters others = parameters(10, 20);
    try (AdamW optimizer = optimizer(gradients)) {
      optimizer.merge(memory, gradients, others);
    }
    assertThat(gradients.all()).extracting(g -> g.getFloat(0)).containsExactly(11f, 22f);
    assertThat(others.all()).extracting(g -> g.getFloat(0)).containsExactly(0f, 0f);
  }

  private AdamW optimizer(TorchParameters parameters) {
    return new AdamW(memory, RATES, parameters.zerosLike(), parameters.zerosLike());
  }

  /// Tensors of one value each, the first as item table.
  private TorchParameters parameters(float items, float... dense) {
    List<NDArray> others = new ArrayList<>();
    for (float value : dense) {
      others.add(memory.create(new float[] {value}));
    }
    return new TorchParameters(memory.create(new float[] {items}), others);
  }

  @Test
  void theAverageKeepsItsShare() {
    TorchParameters parameters = parameters(3, 2);
    TorchParameters averages = parameters.zerosLike();
    averages.items().addi(1);
    try (AdamW optimizer = optimizer(parameters)) {
      optimizer.average(memory, averages, parameters, 0.75);
      float expected = 0.75f + 0.25f * parameters.items().getFloat(0);
      assertThat(averages.items().getFloat(0)).isCloseTo(expected, within(1e-6f));
    }
  }
}
