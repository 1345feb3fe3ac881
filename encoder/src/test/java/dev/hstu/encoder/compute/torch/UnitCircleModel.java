package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A model whose losses can be done by hand: with every weight but the items 0, a user is the
/// direction of the last item, so that scores are cosines of items on the unit circle; the
/// temperature is 1.
final class UnitCircleModel {

  private static final HstuConfig CONFIG = new HstuConfig(4, 3, 1, 2, 1, 2, 2, 1, 1.0, 1);

  /// Items 1..4 at (1, 0), (0, 1), (-1, 0) and (.6, .8).
  private static final float[] ITEMS = {0, 0, 1, 0, 0, 1, -1, 0, 0.6f, 0.8f};

  private UnitCircleModel() {}

  /// The sum of the examples' losses.
  static double loss(PaddedExamples examples, double secondTargetWeight) {
    ModelWeights weights =
        new ModelWeights(
            MemorySegment.ofArray(ITEMS),
            new float[4 * 2],
            List.of(
                new HstuBlock(
                    new float[2 * 8],
                    new float[2 * 2],
                    new float[2],
                    new float[7],
                    new float[HstuConfig.TIME_BUCKETS + 1])));
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel hstu = new TorchModel(memory, CONFIG)) {
      TorchParameters parameters = TorchParameters.of(memory, CONFIG, weights);
      return hstu.accumulate(
          memory,
          parameters,
          parameters.zerosLike(),
          examples,
          DropoutMask.NONE,
          secondTargetWeight,
          1);
    }
  }
}
