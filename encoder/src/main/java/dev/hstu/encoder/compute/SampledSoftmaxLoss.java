package dev.hstu.encoder.compute;

import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelWeights;
import java.lang.foreign.MemorySegment;

/// The training loss in plain Java, forward only: what an engine that trains is held equal to
/// (HSTU.md, "Training").
///
/// Per event, the logits are the inner products of the normalised row with the normalised item
/// vectors of its target and of its negatives, over the temperature; a negative equal to the target
/// gets -5e4. The loss is the mean of `-log softmax` at the target.
public final class SampledSoftmaxLoss {

  /// The logit of a negative that is the target itself.
  public static final double MASKED_LOGIT = -5e4;

  private final ModelConfig config;
  private final MemorySegment itemEmbeddings;

  public SampledSoftmaxLoss(ModelConfig config, ModelWeights weights) {
    weights.requireShapes(config);
    this.config = config;
    this.itemEmbeddings = weights.itemEmbeddings();
  }

  /// The loss of a batch whose forward pass gave `trace`, in float64.
  ///
  /// @throws IllegalArgumentException when a target or negative is outside `1..V`
  public double of(ForwardTrace trace, SupervisedBatch batch) {
    BatchBounds.require(batch.histories(), config);
    int d = config.embeddingDim();
    int negatives = batch.negativesPerRow();
    double[] logits = new double[1 + negatives];
    double sum = 0;
    for (int b = 0; b < batch.histories().users(); b++) {
      int first = batch.histories().offsets()[b];
      for (int i = 0; i < batch.histories().length(b); i++) {
        int row = first + i;
        int target = batch.targets()[row];
        int slot = (b * config.slots() + i) * d;
        logits[0] = logit(trace.sequence(), slot, target);
        for (int n = 0; n < negatives; n++) {
          int negative = batch.negatives()[row * negatives + n];
          logits[1 + n] =
              negative == target ? MASKED_LOGIT : logit(trace.sequence(), slot, negative);
        }
        sum += logSumExp(logits) - logits[0];
      }
    }
    return sum / batch.rows();
  }

  private double logit(double[] sequence, int slot, int item) {
    if (item < 1 || item > config.items()) {
      throw new IllegalArgumentException(
          "item row %d of targets or negatives must be within 1..%d"
              .formatted(item, config.items()));
    }
    int d = config.embeddingDim();
    double product = 0;
    double squares = 0;
    for (int c = 0; c < d; c++) {
      double value = itemEmbeddings.getAtIndex(ModelWeights.FLOAT, (long) item * d + c);
      product += sequence[slot + c] * value;
      squares += value * value;
    }
    return product / Math.max(Math.sqrt(squares), ModelConfig.EPSILON) / config.temperature();
  }

  /// Shifted by the largest logit, so that no exponential overflows.
  private static double logSumExp(double[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return largest + Math.log(sum);
  }
}
