package dev.hstu.encoder.compute.torch;

import ai.djl.ndarray.NDManager;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.compute.LossAndGradients;
import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Loss and gradients by the very pass that trains, on the CPU, with each position's own negatives.
public final class TorchLossAndGradients implements LossAndGradients {

  @Override
  public Engine engine() {
    return Engine.DJL;
  }

  @Override
  public Result compute(NetworkConfig config, ModelWeights weights, SupervisedBatch batch) {
    weights.requireShapes(config);
    try (NDManager memory = TorchRuntime.open("cpu");
        TorchModel hstu = new TorchModel(memory, config)) {
      TorchParameters parameters = TorchParameters.of(memory, config, weights);
      TorchParameters gradients = parameters.zerosLike();
      double loss = 0;
      for (int[] users : groups(batch.histories())) {
        PaddedExamples examples = padded(config, batch, users);
        loss +=
            hstu.accumulate(
                memory,
                parameters,
                gradients,
                examples,
                DropoutMask.NONE,
                batch.secondTargetWeight(),
                1.0 / batch.rows());
      }
      Map<String, double[]> named = new HashMap<>();
      gradients
          .byName(config)
          .forEach((name, array) -> named.put(name, wide(array.toFloatArray())));
      return new Result(loss, named);
    }
  }

  private static List<int[]> groups(HistoryBatch histories) {
    int[] lengths = new int[histories.users()];
    Arrays.setAll(lengths, histories::length);
    return MicroBatches.DEFAULT.plan(lengths);
  }

  private static PaddedExamples padded(NetworkConfig config, SupervisedBatch batch, int[] users) {
    HistoryBatch histories = batch.histories();
    int length = histories.length(users[0]);
    int drawn = batch.negativesPerRow();
    long[] items = new long[users.length * (length + 1)];
    long[] times = new long[items.length];
    ModelFeatures features = config.features();
    float[] weights = new float[users.length * length];
    long[] actions = new long[features.actionRows() == 0 ? 0 : weights.length];
    long[] negatives = new long[weights.length * drawn];
    for (int b = 0; b < users.length; b++) {
      int row = histories.offsets()[users[b]];
      int slot = b * (length + 1);
      items[slot] = histories.items()[row];
      for (int i = 0; i < histories.length(users[b]); i++, row++) {
        items[slot + i + 1] = batch.targets()[row];
        times[slot + i] = histories.times()[row];
        weights[b * length + i] = 1;
        if (actions.length > 0 && histories.actions().length > 0) {
          actions[b * length + i] = features.actionRow(histories.actions()[row]);
        }
        for (int r = 0; r < drawn; r++) {
          negatives[(b * length + i) * drawn + r] = batch.negatives()[row * drawn + r];
        }
      }
      times[slot + histories.length(users[b])] = histories.requestTimes()[users[b]];
    }
    return new PaddedExamples(
        users.length, length, items, times, actions, weights, negatives, drawn);
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }
}
