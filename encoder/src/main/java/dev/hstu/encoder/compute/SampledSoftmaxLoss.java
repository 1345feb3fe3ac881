package dev.hstu.encoder.compute;

import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import java.lang.foreign.MemorySegment;

/// The training loss in plain Java, forward only: what an engine that trains is held equal to
/// (HSTU.md, "Training").
///
/// Per event, the logits are the inner products of the normalised row with the normalised item
/// vectors of its target and of its negatives, over the temperature; a negative equal to the target
/// gets -5e4. The loss is the mean of `-log softmax` at the target. Where a batch gives second
/// targets a weight, `-log softmax` at the next event's target, against the event's own negatives,
/// is added with that weight; what is divided by stays the number of events.
public final class SampledSoftmaxLoss {

  /// The logit of a negative that is the target itself.
  public static final double MASKED_LOGIT = -5e4;

  private final NetworkConfig config;
  private final MemorySegment itemEmbeddings;

  public SampledSoftmaxLoss(NetworkConfig config, ModelWeights weights) {
    weights.requireShapes(config);
    this.config = config;
    this.itemEmbeddings = weights.itemEmbeddings();
  }

  /// The loss of a batch whose forward pass gave `trace`, in float64.
  ///
  /// @throws IllegalArgumentException when a target or negative is outside `1..V`
  public double of(ForwardTrace trace, SupervisedBatch batch) {
    BatchBounds.require(batch.histories(), config);
    double sum = 0;
    for (int b = 0; b < batch.histories().users(); b++) {
      int first = batch.histories().offsets()[b];
      int length = batch.histories().length(b);
      for (int i = 0; i < length; i++) {
        int slot = (b * config.slots() + i) * config.embeddingDim();
        int row = first + i;
        sum += ofTarget(trace, slot, batch, row, batch.targets()[row]);
        if (batch.secondTargetWeight() > 0 && i + 1 < length) {
          double second = ofTarget(trace, slot, batch, row, batch.targets()[row + 1]);
          sum += batch.secondTargetWeight() * second;
        }
      }
    }
    return sum / batch.rows();
  }

  /// `-log softmax` at `target` among it and the negatives of `row`.
  private double ofTarget(
      ForwardTrace trace, int slot, SupervisedBatch batch, int row, int target) {
    int negatives = batch.negativesPerRow();
    double[] logits = new double[1 + negatives];
    logits[0] = logit(trace.sequence(), slot, target);
    for (int n = 0; n < negatives; n++) {
      int negative = batch.negatives()[row * negatives + n];
      logits[1 + n] = negative == target ? MASKED_LOGIT : logit(trace.sequence(), slot, negative);
    }
    return logSumExp(logits) - logits[0];
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
